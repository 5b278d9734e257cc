import type { FeatureKey } from './feature-keys.ts';
import type { SuitePlan } from './suite-plans.ts';

/**
 * The limits of CRM Suite plans. Marketing flows count while they are running or paused
 * (docs/superoffice/user-plans.md#8-crm-suite).
 */
export const suiteLimitNames = [
  'dashboards',
  'active-projects',
  'custom-objects',
  'active-marketing-flows',
] as const;

/** One of the four limits of CRM Suite plans. */
export type SuiteLimitName = (typeof suiteLimitNames)[number];

/** The maximum number; 0 if the plan does not include the item. */
export type SuiteLimit = number | 'unlimited';

/** The limits of each CRM Suite plan, as published (docs/superoffice/user-plans.md#8-crm-suite). */
export const suiteLimits: Readonly<Record<SuitePlan, Readonly<Record<SuiteLimitName, SuiteLimit>>>> = {
  starter: { dashboards: 3, 'active-projects': 0, 'custom-objects': 0, 'active-marketing-flows': 0 },
  core: {
    dashboards: 'unlimited',
    'active-projects': 100,
    'custom-objects': 0,
    'active-marketing-flows': 0,
  },
  growth: {
    dashboards: 'unlimited',
    'active-projects': 'unlimited',
    'custom-objects': 15,
    'active-marketing-flows': 0,
  },
  plus: {
    dashboards: 'unlimited',
    'active-projects': 'unlimited',
    'custom-objects': 'unlimited',
    'active-marketing-flows': 10,
  },
  super: {
    dashboards: 'unlimited',
    'active-projects': 'unlimited',
    'custom-objects': 'unlimited',
    'active-marketing-flows': 'unlimited',
  },
};

/** The limit of each limited feature. Custom objects have no row in the catalogue. */
export type LimitedFeatures = Readonly<Partial<Record<FeatureKey, Omit<FeatureLimit, 'maximum'>>>>;

/** The limit of a feature. `confidence` is the confidence that the limit applies to this feature. */
export interface FeatureLimit {
  readonly name: SuiteLimitName;
  readonly maximum: number;
  readonly confidence: 'documented' | 'inferred';
}

/**
 * Finds the limit of a feature in a Suite plan, given the assumed limited features. Null if the feature is unlimited or
 * not counted.
 *
 * @example
 * findFeatureLimit('project-management', 'core', assumptions.suite.limitedFeatures)
 * // → { name: 'active-projects', maximum: 100, confidence: 'documented' }
 *
 * @example
 * findFeatureLimit('project-management', 'growth', assumptions.suite.limitedFeatures)
 * // → null
 */
export function findFeatureLimit(
  feature: FeatureKey,
  plan: SuitePlan,
  limitedFeatures: LimitedFeatures,
): FeatureLimit | null {
  const limitedFeature = limitedFeatures[feature];
  if (limitedFeature === undefined) return null;
  const maximum = suiteLimits[plan][limitedFeature.name];
  return maximum === 'unlimited' ? null : { ...limitedFeature, maximum };
}
