import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs, timeoutMs, today } from '../fixtures/arbitraries.ts';
import { anyPlan, assignedPlanCase, featuresInPlan } from '../fixtures/catalogue-tenants.ts';
import { entitlementEngine } from '../fixtures/engine.ts';

describe('a plan with the licenses of the catalogue', () => {
  it('the plan is detected, enables all its rows that SuperOffice has not ended, and changes nothing in a what-if for its user', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(
        anyPlan.chain((plan) => assignedPlanCase(plan).map((each) => ({ plan, ...each }))),
        ({ plan, tenant, user }) => {
          const plans = entitlementEngine(tenant, today);
          const report = plans.report(user);
          const lacking = featuresInPlan(plan).filter(
            ({ feature, discontinued }) => !discontinued && report.features.get(feature)?.state !== 'enabled',
          );
          expect(report.plan).toMatchObject({ kind: 'user-plan', plan: { key: plan.key } });
          expect(lacking.map(({ feature }) => feature)).toEqual([]);
          expect(plans.whatIf(user, plan.key)?.changes).toEqual([]);
        },
      ),
      runs,
    );
  });
});
