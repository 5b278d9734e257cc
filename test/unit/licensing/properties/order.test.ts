import fc from 'fast-check';
import { describe, it } from 'vitest';
import { planKeys } from '../../../../src/licensing/catalogue/user-plans.ts';
import { anyCase, type Case, runs, someCase, timeoutMs, today } from '../fixtures/arbitraries.ts';
import { entitlementEngine } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';
import { grantedLicense, moduleLicense } from '../fixtures/tenants.ts';

/** Returns the items in another order, which the seed determines. */
function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const rank = (at: number) => ((at + 1) * 7919 * (seed + 1)) % 104_729;
  return items
    .map((item, at) => [rank(at), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

function withShuffledSet<T extends { readonly extraInfo: string }>(row: T, seed: number): T {
  if (!/^set=[^;=\s]*$/.test(row.extraInfo)) return row;
  return {
    ...row,
    extraInfo: `set=${shuffled(row.extraInfo.slice('set='.length).split(','), seed).join(',')}`,
  };
}

function shuffledCase({ tenant, user }: Case, seed: number): Case {
  const modules = shuffled(tenant.modules, seed).map((each) => withShuffledSet(each, seed));
  const granted = shuffled(user.granted, seed + 1).map((each) => withShuffledSet(each, seed));
  const functionRights = user.functionRights && shuffled(user.functionRights, seed);
  return { tenant: { ...tenant, modules }, user: { ...user, granted, functionRights } };
}

// Many contradictory rows with few names.
const fewNames = fc.constantFrom(
  ...['ten-sales', 'ten-salesservice', 'superlicense-complete', 'mystery', 'enigma'],
);
const few = {
  name: fewNames,
  description: fc.constantFrom('', 'Sales Premium', 'Sales Essentials', 'SalesEssentialServicePremium'),
  extraFlags: fc.constantFrom(0, 1),
  extraInfo: fc.constantFrom(
    '',
    'set=user',
    'set=user,sale-cal',
    'set=user,quote-cal,sale-cal',
    'set=dash-cal,user,t1',
  ),
  version: fc.constantFrom('11.11', '12.0'),
};
const seats = fc.constantFrom(null, { inUse: 1, free: 0 }, { inUse: 1, free: 1 });
const contradictory: fc.Arbitrary<Case> = fc
  .record({
    modules: fc.array(fc.record({ ...few, seats, hidden: fc.boolean() }), { maxLength: 5 }),
    granted: fc.array(fc.record({ ...few, expiryDate: fc.constantFrom(null, '2020-01-01', '2021-01-01') }), {
      maxLength: 5,
    }),
    base: anyCase,
  })
  .map(({ modules, granted, base: { tenant, user } }) => ({
    tenant: { ...tenant, modules: [...tenant.modules, ...modules.map(moduleLicense)] },
    user: { ...user, granted: [...user.granted, ...granted.map(grantedLicense)] },
  }));
const cases = fc.oneof({ weight: 5, arbitrary: contradictory }, { weight: 1, arbitrary: someCase });

const order = fc.nat({ max: 100_000 });

describe('order of the license data', () => {
  it('reordering license data does not change the report', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(cases, order, (each, seed) => {
        const other = shuffledCase(each, seed);
        const report = entitlementEngine(each.tenant, today).report(each.user);
        expectSame(entitlementEngine(other.tenant, today).report(other.user), report);
      }),
      runs,
    );
  });

  it('reordering license data does not change the diagnostics', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(cases, order, (each, seed) => {
        const other = shuffledCase(each, seed);
        expectSame(
          entitlementEngine(other.tenant, today).diagnose(),
          entitlementEngine(each.tenant, today).diagnose(),
        );
      }),
      runs,
    );
  });

  it('reordering license data does not change the upgrades or the what-if result', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(cases, order, fc.constantFrom(...planKeys), (each, seed, plan) => {
        const [here, there] = [each, shuffledCase(each, seed)].map(({ tenant, user }) => {
          const plans = entitlementEngine(tenant, today);
          return [plans.upgrades(user, ['saint', 'mailings', 'print']), plans.whatIf(user, plan)];
        });
        expectSame(there, here);
      }),
      runs,
    );
  });
});
