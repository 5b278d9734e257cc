import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/licensing/catalogue/catalogue.ts';
import { anyCase, runs, timeoutMs, today } from '../fixtures/arbitraries.ts';
import { entitlementEngine } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';

describe('entitlement report for arbitrary license data', () => {
  const day = fc.oneof(fc.constant(today), fc.string());

  it('the report contains the 76 catalogue rows and counts each of the 62 features once', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(anyCase, fc.boolean(), fc.boolean(), day, (each, refused, unknown, on) => {
        const plans = entitlementEngine(refused ? null : each.tenant, on);
        const { entitlements, counts } = plans.report(unknown ? null : each.user);
        const { total, ...states } = counts;
        expectSame(
          entitlements.map(({ row }) => row),
          catalogue.map(({ id }) => id),
        );
        expect(Object.values(states).reduce((sum, some) => sum + some, 0)).toBe(total);
        expect(total).toBe(62);
      }),
      runs,
    );
  });

  it('a repeated report is the same, and reporting does not modify the data', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(anyCase, ({ tenant, user }) => {
        const before = structuredClone({ tenant, user });
        const first = entitlementEngine(tenant, today).report(user);
        expectSame(entitlementEngine(tenant, today).report(user), first);
        expectSame({ tenant, user }, before);
      }),
      runs,
    );
  });
});
