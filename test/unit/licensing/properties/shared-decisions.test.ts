import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideFeature } from '../../../../src/licensing/entitlements/decide-feature.ts';
import type { DecideBy } from '../../../../src/licensing/entitlements/decision-cache.ts';
import { indexTenant, reportUser } from '../../../../src/licensing/entitlements/user-report.ts';
import { runs, someCase, timeoutMs, today } from '../fixtures/arbitraries.ts';
import { entitlementEngine, rules } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';
import { grantedLicense, publishedTenant, userWithPlan } from '../fixtures/tenants.ts';

const decideDirectly: DecideBy = (given) => (rule) => decideFeature(rule, rules, given);

describe('shared decisions', () => {
  it('are the decisions that a user of a tenant alone would get', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(someCase, ({ tenant, user }) => {
        const alone = reportUser(indexTenant(rules, tenant, today, decideDirectly), user);
        expectSame(entitlementEngine(tenant, today).report(user), alone);
      }),
      runs,
    );
  });

  const tenant = publishedTenant('premium');
  const user = userWithPlan(tenant, 'ten-service');
  const { report } = entitlementEngine(tenant, today);
  const withLicense = (name: string) => ({ ...user, granted: [...user.granted, grantedLicense({ name })] });

  it('are one object for users who differ in a license that decides nothing', () => {
    const [one, other] = [report(withLicense('app-1')), report(withLicense('app-2'))];
    expect(one.entitlements).toBe(other.entitlements);
    expect([one, other].map(({ unknownModules }) => unknownModules.includes('app-1'))).toEqual([true, false]);
  });

  it.each([
    ['license', withLicense('sale-cal')],
    ['function right', { ...user, functionRights: ['hide-sale'] }],
  ])('are others for a user with another %s that decides', (_kind, other) => {
    expect(report(other).entitlements).not.toEqual(report(user).entitlements);
  });

  it('are those of the day that is asked for', () => {
    const evidenceOn = (day: string) =>
      entitlementEngine(tenant, day).report(user).features.get('companies-and-contacts')?.evidence;
    const expired = expect.objectContaining({ kind: 'license-expired' });
    expect([evidenceOn(today), evidenceOn('2030-01-01'), evidenceOn(today)]).toEqual([
      expect.not.arrayContaining([expired]),
      expect.arrayContaining([expired]),
      expect.not.arrayContaining([expired]),
    ]);
  });
});
