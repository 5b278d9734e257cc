import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/licensing/catalogue/catalogue.ts';
import { anyCase, patience, runs, today } from '../fixtures/arbitraries.ts';
import { entitlementEngine } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';

describe('any license data at all', () => {
  const day = fc.oneof(fc.constant(today), fc.string());

  it('gives the 76 rows of the catalogue, counted once per feature', { timeout: patience }, () => {
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

  it('gives the same report twice and is left as it was', { timeout: patience }, () => {
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
