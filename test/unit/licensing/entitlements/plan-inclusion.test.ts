import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../../../src/licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import type { FoundTier, Solution } from '../../../../src/licensing/catalogue/solutions.ts';
import { findPlanInclusion } from '../../../../src/licensing/entitlements/plan-inclusion.ts';
import type { AssignedUserPlan, DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { ruleOf } from '../fixtures/engine.ts';

type CheckResult = AssignedUserPlan['findings'][number];

function holding(
  tiers: Partial<Record<Solution, FoundTier>>,
  confidences: Partial<Record<Solution, CheckResult['confidence']>> = {},
): DetectedPlan {
  const all = { sales: 'none', service: 'none', marketing: 'none', ...tiers } as const;
  const findings = Object.entries(confidences).map(([solution, confidence]): CheckResult => {
    const tier = all[solution as Solution];
    return { solution: solution as Solution, tier, step: 'description', by: null, confidence, against: [] };
  });
  return { kind: 'user-plan', plan: null, tiers: all, modules: [], description: '', findings };
}

function wordOn(feature: FeatureKey, plan: DetectedPlan | null): string {
  const { inclusion, row, confidence } = findPlanInclusion(ruleOf(feature).rows, plan);
  return `${inclusion} ${row.id} ${confidence}`;
}

const first = (feature: FeatureKey) => rowsOf(feature)[0]?.id;
const rowIn = (feature: FeatureKey, solution: Solution) =>
  rowsOf(feature).find((row) => row.solution === solution)?.id;

describe('what a plan says of a feature', () => {
  it('is nothing where no plan is known, or its kind promises no row', () => {
    const old = { kind: 'old-plan', module: 'superlicense-sales-pro', description: '' } as const;
    const { tiers } = holding({ sales: 'premium' }) as AssignedUserPlan;
    for (const plan of [
      null,
      { ...old, tiers },
      { kind: 'undocumented-plan', module: 'x', description: '' } as const,
    ]) {
      expect(wordOn('quote-management', plan)).toBe(`silent ${first('quote-management')} none`);
    }
  });

  it('is no without a plan, documented only where the license data say so', () => {
    const id = first('quote-management');
    expect(wordOn('quote-management', { kind: 'no-plan', module: null })).toBe(`no ${id} inferred`);
    const told = { kind: 'no-plan', module: 'superlicense-no-selection' } as const;
    expect(wordOn('quote-management', told)).toBe(`no ${id} documented`);
  });

  it('is yes for what every plan has and for what its tier has, however unsure the tier', () => {
    const plan = holding({ sales: 'unknown' });
    expect(wordOn('companies-and-contacts', plan)).toBe(`yes ${first('companies-and-contacts')} documented`);
    expect(wordOn('sales-forecasting', plan)).toBe(`yes ${first('sales-forecasting')} documented`);
  });

  it('is perhaps where only premium has it and the tier is unknown', () => {
    const plan = holding({ sales: 'unknown' });
    expect(wordOn('quote-management', plan)).toBe(`perhaps ${rowIn('quote-management', 'sales')} none`);
  });

  it('is as sure as the step that found the tier', () => {
    const id = rowIn('quote-management', 'sales');
    const word = (tier: FoundTier, confidence?: CheckResult['confidence']) =>
      wordOn('quote-management', holding({ sales: tier }, confidence ? { sales: confidence } : {}));
    expect(word('premium', 'documented')).toBe(`yes ${id} documented`);
    expect(word('premium', 'inferred')).toBe(`yes ${id} inferred`);
    expect(word('essential', 'inferred')).toBe(`no ${id} inferred`);
    expect(word('premium')).toBe(`yes ${id} none`);
  });

  it('is not as sure as a step that found another solution’s tier, or another tier', () => {
    const plan = holding({ sales: 'premium', service: 'premium' }, { service: 'documented' });
    expect(wordOn('quote-management', plan)).toBe(`yes ${rowIn('quote-management', 'sales')} none`);
    const held = holding({ sales: 'premium' }, { sales: 'documented' }) as AssignedUserPlan;
    const findings = held.findings.map((each) => ({ ...each, tier: 'essential' as const }));
    expect(wordOn('quote-management', { ...held, findings })).toBe(
      `yes ${rowIn('quote-management', 'sales')} none`,
    );
  });

  // Activity Monitors stand under Sales Premium, Service Premium and Marketing.
  describe('that stands in several rows', () => {
    it('is said by the row that says most', () => {
      const plan = holding(
        { sales: 'essential', service: 'premium' },
        { sales: 'documented', service: 'inferred' },
      );
      expect(wordOn('saint', plan)).toBe(`yes ${rowIn('saint', 'service')} inferred`);
      const unsure = holding({ sales: 'essential', service: 'unknown' }, { sales: 'documented' });
      expect(wordOn('saint', unsure)).toBe(`perhaps ${rowIn('saint', 'service')} none`);
    });

    it('is as sure a yes as the surest, and as unsure a no as the least sure', () => {
      const both = holding(
        { sales: 'premium', service: 'premium' },
        { sales: 'inferred', service: 'documented' },
      );
      expect(wordOn('saint', both)).toBe(`yes ${rowIn('saint', 'service')} documented`);
      const neither = holding(
        { sales: 'essential', service: 'essential' },
        { sales: 'documented', service: 'inferred' },
      );
      expect(wordOn('saint', neither)).toBe(`no ${rowIn('saint', 'service')} inferred`);
    });
  });
});
