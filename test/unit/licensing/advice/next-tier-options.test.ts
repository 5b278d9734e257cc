import { describe, expect, it } from 'vitest';
import { createEntitlementEngine } from '../../../../src/licensing/entitlement-engine.ts';
import { assumptions, entitlementEngine } from '../fixtures/engine.ts';
import { grantedLicense, publishedTenant, userWith, userWithPlan } from '../fixtures/tenants.ts';

const today = '2026-12-01';

describe('nextTierOptions', () => {
  const essential = publishedTenant('essential');
  const plans = entitlementEngine(essential, today);
  const user = userWithPlan(essential, 'ten-sales');
  const steps = plans.nextTierOptions(user);

  it('reports the features each next plan enables and its seat availability', () => {
    expect(steps.length).toBeGreaterThan(1);
    for (const step of steps) {
      if (step.kind !== 'user-plan') throw new Error(`unexpected option ${step.plan}`);
      const whatIf = plans.whatIf(user, step.plan);
      const enabled = whatIf?.changes.filter(({ after }) => after === 'enabled') ?? [];
      expect(step.enables).toEqual(enabled.map(({ feature }) => feature));
      expect(step.seat).toBe(whatIf?.seat);
    }
  });

  it('lists the plan that enables the most features first', () => {
    const counts = steps.map(({ enables }) => enables.length);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(new Set(counts).size).toBeGreaterThan(1);
  });

  it('omits a plan that enables no feature', () => {
    const premium = publishedTenant('premium');
    const { granted } = userWithPlan(premium, 'ten-sales');
    const others = premium.modules.filter(({ scope, name }) => scope === 'user' && !name.startsWith('ten-'));
    const userWithAllLicenses = userWith(...granted, ...others.map(({ name }) => grantedLicense({ name })));
    // All features of marketing depend on licenses, which this user has in addition to the plan.
    expect(entitlementEngine(premium, today).nextTierOptions(userWithAllLicenses)).toEqual([
      {
        kind: 'user-plan',
        plan: 'sales-premium+service-essential',
        seat: 'buy',
        enables: ['auto-assign-to-agent', 'knowledge-base'],
      },
    ]);
  });

  it('are the same list for users who share their licenses, on every day', () => {
    const engine = createEntitlementEngine(assumptions);
    const first = engine(essential, today).nextTierOptions(user);
    expect(engine(essential, '2026-12-02').nextTierOptions({ ...user, associateId: 7 })).toBe(first);
    expect(first).toEqual(steps);
  });

  it('are found again for other licenses, and if some may be missing', () => {
    const engine = createEntitlementEngine(assumptions)(essential, today);
    engine.nextTierOptions(user);
    for (const other of [
      { ...user, complete: false },
      userWith(...user.granted, grantedLicense({ name: 'quote-cal' })),
    ]) {
      expect(engine.nextTierOptions(other)).toEqual(
        createEntitlementEngine(assumptions)(essential, today).nextTierOptions(other),
      );
    }
  });

  it('returns the next CRM Suite plan without a seat on a Suite tenant', () => {
    const suite = publishedTenant('suite-core');
    const suiteEntitlements = entitlementEngine(suite, today);
    const suiteUser = userWithPlan(suite, null);
    const gainedFeatures = suiteEntitlements
      .changesOnSuite(suiteUser, 'growth')
      .filter(({ change }) => change === 'gained');
    expect(gainedFeatures.length).toBeGreaterThan(0);
    expect(suiteEntitlements.nextTierOptions(suiteUser)).toEqual([
      { kind: 'suite-plan', plan: 'growth', enables: gainedFeatures.map(({ feature }) => feature) },
    ]);
  });
});
