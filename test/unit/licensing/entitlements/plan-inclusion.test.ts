import { describe, expect, it } from 'vitest';
import { getFeatureRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import type { DetectedTier, Solution } from '../../../../src/licensing/catalogue/solutions.ts';
import { findPlanInclusion } from '../../../../src/licensing/entitlements/plan-inclusion.ts';
import type { AssignedUserPlan, DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { getRule } from '../fixtures/engine.ts';

type Finding = AssignedUserPlan['findings'][number];

function assignedPlan(
  tiers: Partial<Record<Solution, DetectedTier>>,
  confidences: Partial<Record<Solution, Finding['confidence']>> = {},
): DetectedPlan {
  const all = { sales: 'none', service: 'none', marketing: 'none', ...tiers } as const;
  const findings = Object.entries(confidences).map(([solution, confidence]): Finding => {
    const tier = all[solution as Solution];
    return { solution: solution as Solution, tier, step: 'description', by: null, confidence, against: [] };
  });
  return { kind: 'user-plan', plan: null, tiers: all, modules: [], description: '', findings };
}

function describeInclusion(feature: FeatureKey, plan: DetectedPlan | null): string {
  const { inclusion, row, confidence } = findPlanInclusion(getRule(feature).rows, plan);
  return `${inclusion} ${row.id} ${confidence}`;
}

const first = (feature: FeatureKey) => getFeatureRows(feature)[0]?.id;
const rowIn = (feature: FeatureKey, solution: Solution) =>
  getFeatureRows(feature).find((row) => row.solution === solution)?.id;

describe('findPlanInclusion', () => {
  it('is unstated when the plan is unknown or its kind lists no features', () => {
    const old = { kind: 'old-plan', module: 'superlicense-sales-pro', description: '' } as const;
    const { tiers } = assignedPlan({ sales: 'premium' }) as AssignedUserPlan;
    for (const plan of [
      null,
      { ...old, tiers },
      { kind: 'undocumented-plan', module: 'x', description: '' } as const,
    ]) {
      expect(describeInclusion('quote-management', plan)).toBe(`unstated ${first('quote-management')} none`);
    }
  });

  it('excludes a feature without a plan, and is documented only if the license data states it', () => {
    const id = first('quote-management');
    expect(describeInclusion('quote-management', { kind: 'no-plan', module: null })).toBe(
      `no ${id} inferred`,
    );
    const noSelection = { kind: 'no-plan', module: 'superlicense-no-selection' } as const;
    expect(describeInclusion('quote-management', noSelection)).toBe(`no ${id} documented`);
  });

  it('includes common and essential features with published confidence even if the tier is unknown', () => {
    const plan = assignedPlan({ sales: 'unknown' });
    expect(describeInclusion('companies-and-contacts', plan)).toBe(
      `yes ${first('companies-and-contacts')} published`,
    );
    expect(describeInclusion('sales-forecasting', plan)).toBe(`yes ${first('sales-forecasting')} published`);
  });

  it('is uncertain about a premium feature when the tier is unknown', () => {
    const plan = assignedPlan({ sales: 'unknown' });
    expect(describeInclusion('quote-management', plan)).toBe(
      `possibly ${rowIn('quote-management', 'sales')} none`,
    );
  });

  it('has at most the confidence of the step that detected the tier', () => {
    const id = rowIn('quote-management', 'sales');
    const inclusionWith = (tier: DetectedTier, confidence?: Finding['confidence']) =>
      describeInclusion(
        'quote-management',
        assignedPlan({ sales: tier }, confidence ? { sales: confidence } : {}),
      );
    expect(inclusionWith('premium', 'documented')).toBe(`yes ${id} published`);
    expect(inclusionWith('premium', 'inferred')).toBe(`yes ${id} inferred`);
    expect(inclusionWith('essential', 'inferred')).toBe(`no ${id} inferred`);
    expect(inclusionWith('premium')).toBe(`yes ${id} none`);
  });

  it('has no confidence if the step detected the tier of another solution or another tier', () => {
    const plan = assignedPlan({ sales: 'premium', service: 'premium' }, { service: 'documented' });
    expect(describeInclusion('quote-management', plan)).toBe(
      `yes ${rowIn('quote-management', 'sales')} none`,
    );
    const assigned = assignedPlan({ sales: 'premium' }, { sales: 'documented' }) as AssignedUserPlan;
    const findings = assigned.findings.map((each) => ({ ...each, tier: 'essential' as const }));
    expect(describeInclusion('quote-management', { ...assigned, findings })).toBe(
      `yes ${rowIn('quote-management', 'sales')} none`,
    );
  });

  // Activity Monitors (SAINT) are listed under Sales Premium and Service Premium.
  describe('for a feature in several rows', () => {
    it('uses the row with the strongest inclusion', () => {
      const plan = assignedPlan(
        { sales: 'essential', service: 'premium' },
        { sales: 'documented', service: 'inferred' },
      );
      expect(describeInclusion('saint', plan)).toBe(`yes ${rowIn('saint', 'service')} inferred`);
      const unsure = assignedPlan({ sales: 'essential', service: 'unknown' }, { sales: 'documented' });
      expect(describeInclusion('saint', unsure)).toBe(`possibly ${rowIn('saint', 'service')} none`);
    });

    it('has the highest confidence of the including rows and the lowest of the excluding rows', () => {
      const both = assignedPlan(
        { sales: 'premium', service: 'premium' },
        { sales: 'inferred', service: 'documented' },
      );
      expect(describeInclusion('saint', both)).toBe(`yes ${rowIn('saint', 'service')} published`);
      const neither = assignedPlan(
        { sales: 'essential', service: 'essential' },
        { sales: 'documented', service: 'inferred' },
      );
      expect(describeInclusion('saint', neither)).toBe(`no ${rowIn('saint', 'service')} inferred`);
    });
  });
});
