import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SuitePlan, suitePlans } from '../../../../src/licensing/catalogue/suite-plans.ts';
import type { TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { runs, someCase, suitePlanPair, timeoutMs, today } from '../fixtures/arbitraries.ts';
import { assumptions, entitlementEngine } from '../fixtures/engine.ts';
import { findUpgradable, getEntitlements, isAlreadyEnabled } from '../fixtures/tenant-entitlements.ts';
import { moduleLicense } from '../fixtures/tenants.ts';

/** Returns the module that identifies a Suite plan. */
function suiteModule(plan: SuitePlan): string {
  const named = Object.entries(assumptions.suite.modules).find(([, each]) => each === plan);
  return named?.[0] ?? '';
}

function onSuite(tenant: TenantLicenses, plan: SuitePlan): TenantLicenses {
  return { ...tenant, modules: [...tenant.modules, moduleLicense({ name: suiteModule(plan) })] };
}

// If modules name two Suite plans, the plan is undetermined.
const unnamed = ({ name }: { readonly name: string }) => !/suite/i.test(name);
const cases = someCase.map(({ tenant, user }) => ({
  tenant: { ...tenant, modules: tenant.modules.filter(unnamed) },
  user: { ...user, granted: user.granted.filter(unnamed) },
}));

describe('order of the Suite plans', () => {
  it('a higher plan enables all features of a lower one, if no module names another Suite plan', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(cases, suitePlanPair, ({ tenant, user }, [lower, higher]) => {
        const [less, more] = [lower, higher].map((plan) =>
          entitlementEngine(onSuite(tenant, plan), today).report(user),
        );
        const lost = less?.entitlements.filter(
          ({ state }, at) => state === 'enabled' && more?.entitlements[at]?.state !== 'enabled',
        );
        expect([more?.model, lost]).toEqual(['suite', []]);
      }),
      runs,
    );
  });

  it('a higher plan loses no feature that a lower plan keeps, gains or limits', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(someCase, suitePlanPair, ({ tenant, user }, [lower, higher]) => {
        const plans = getEntitlements(tenant);
        const more = plans.changesOnSuite(user, higher);
        const lost = plans.changesOnSuite(user, lower).filter(({ change }, at) => {
          const alreadyEnabled = ['kept', 'gained', 'limited'].includes(change);
          return alreadyEnabled && ['lost', 'still-missing', undefined].includes(more[at]?.change);
        });
        expect([more.length, lost]).toEqual([62, []]);
      }),
      runs,
    );
  });
});

describe('Suite upgrades', () => {
  it('an upgrade is the lowest Suite plan that is certain to enable the feature', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(cases, suitePlanPair, ({ tenant, user }, [current, other]) => {
        const reportOn = (plan: SuitePlan) => entitlementEngine(onSuite(tenant, plan), today).report(user);
        const then = reportOn(other);
        const wrong = findUpgradable(reportOn(current)).filter(({ feature, upgrades }) => {
          const minimal = upgrades.map((each) =>
            each.kind === 'suite-plan' ? suitePlans.indexOf(each.plan) : 9,
          );
          return (
            isAlreadyEnabled(then, feature) !== minimal.some((each) => suitePlans.indexOf(other) >= each)
          );
        });
        expect(wrong.map(({ row }) => row)).toEqual([]);
      }),
      runs,
    );
  });
});
