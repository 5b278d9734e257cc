import { describe, expect, it } from 'vitest';
import { catalogue, getFeatureRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import { type FeatureKey, featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { additionalRequirements, getRequirement } from '../../../../src/licensing/catalogue/requirements.ts';

const listTiers = (feature: FeatureKey) =>
  getRequirement(feature).tiers.map(({ solution, tier }) => `${solution} ${tier}`);
const isCommon = (feature: FeatureKey) =>
  getFeatureRows(feature).every(({ solution }) => solution === 'common');

/** The features whose requirements a separate page of the documentation states. */
const featuresWithOwnPage: readonly FeatureKey[] = [
  'sales-guide',
  'sale-targets-and-kpis',
  'saint',
  'project-management',
  'quote-management',
];

describe('getRequirement', () => {
  it('lists every tier that includes a feature, in catalogue order', () => {
    expect(listTiers('sales-forecasting')).toEqual(['sales essential']);
    expect(listTiers('dashboards-default-tiles')).toEqual(['sales essential', 'service essential']);
    expect(listTiers('combined-selections')).toEqual([
      'sales premium',
      'service premium',
      'marketing essential',
    ]);
    expect(listTiers('marketing-automation')).toEqual(['marketing premium']);
  });

  it('requires no tier for exactly the 26 common features', () => {
    const anyPlan = featureKeys.filter((feature) => listTiers(feature).length === 0);
    expect(anyPlan).toEqual(featureKeys.filter(isCommon));
    expect(anyPlan).toHaveLength(26);
  });

  it('requires one tier for each of the 50 solution rows', () => {
    const featureTiers = featureKeys.flatMap((feature) =>
      listTiers(feature).map((tier) => `${feature} ${tier}`),
    );
    const rows = catalogue.filter(({ solution }) => solution !== 'common');
    expect(new Set(featureTiers)).toEqual(
      new Set(rows.map(({ feature, solution, tier }) => `${feature} ${solution} ${tier}`)),
    );
    expect(featureTiers).toHaveLength(50);
  });

  it('is documented for common features and those with their own page, and inferred for all others', () => {
    const documented = featureKeys.filter((feature) => getRequirement(feature).confidence === 'documented');
    expect(documented).toEqual(
      featureKeys.filter((feature) => isCommon(feature) || featuresWithOwnPage.includes(feature)),
    );
    expect(getRequirement('knowledge-base').confidence).toBe('inferred');
  });

  it.each(['quote-management', 'sales-guide'] as const)(
    'requires nothing besides Sales Premium for %s',
    (feature) => {
      expect(getRequirement(feature)).toEqual({
        tiers: [{ solution: 'sales', tier: 'premium' }],
        license: null,
        also: [],
        suitePlan: null,
        confidence: 'documented',
      });
    },
  );

  it('lists the additional requirements of sales targets besides Sales Premium', () => {
    const { also, ...rest } = getRequirement('sale-targets-and-kpis');
    expect(new Set(also)).toEqual(
      new Set([
        'online-only',
        'data-right-target',
        'function-right-lock-targets',
        'sales-targets-unlimited-for-more',
      ]),
    );
    expect(rest).toMatchObject({ tiers: [{ solution: 'sales', tier: 'premium' }], license: null });
  });

  it('names the SAINT license and requires defined statuses first', () => {
    expect(getRequirement('saint')).toMatchObject({ license: 'SAINT', also: ['statuses-defined'] });
  });

  it('names a Suite plan only for SAINT and project management', () => {
    const suitePlans = featureKeys.flatMap((feature) => {
      const { suitePlan } = getRequirement(feature);
      return suitePlan === null ? [] : [[feature, suitePlan]];
    });
    expect(suitePlans).toEqual([
      ['saint', 'growth'],
      ['project-management', 'core'],
    ]);
  });

  it('uses each code of an additional requirement for at least one feature', () => {
    const used = new Set(featureKeys.flatMap((feature) => getRequirement(feature).also));
    expect(used).toEqual(new Set(additionalRequirements));
  });
});
