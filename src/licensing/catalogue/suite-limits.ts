import type { FeatureKey } from './feature-keys.ts';
import type { SuitePlan } from './suite-plans.ts';

/**
 * What CRM Suite plans limit; flows count while they run or pause
 * (docs/superoffice/user-plans.md#8-crm-suite).
 */
export const suiteLimitNames = [
  'dashboards',
  'active-projects',
  'custom-objects',
  'active-marketing-flows',
] as const;

/** One of the four things CRM Suite plans limit. */
type SuiteLimitName = (typeof suiteLimitNames)[number];

/** How many are allowed; 0: the plan has none of it. */
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

/** The features a limit bites on. Custom objects stand in no row of the catalogue. */
export type LimitedFeatures = Readonly<Partial<Record<FeatureKey, Omit<FeatureLimit, 'maximum'>>>>;

/** A number a feature is limited to. `confidence`: how sure it is that this limit is about this feature. */
export interface FeatureLimit {
  readonly name: SuiteLimitName;
  readonly maximum: number;
  readonly confidence: 'documented' | 'inferred';
}

/**
 * What a Suite plan limits a feature to, by the assumed features each limit bites on; null where it sets no number, be
 * it unlimited or not counted.
 *
 * @example
 * featureLimit('project-management', 'core', assumptions.suite.limitedFeatures)
 * // → { name: 'active-projects', maximum: 100, confidence: 'documented' }
 *
 * @example
 * featureLimit('project-management', 'growth', assumptions.suite.limitedFeatures)
 * // → null
 */
export function featureLimit(
  feature: FeatureKey,
  plan: SuitePlan,
  limitedFeatures: LimitedFeatures,
): FeatureLimit | null {
  const limited = limitedFeatures[feature];
  if (limited === undefined) return null;
  const maximum = suiteLimits[plan][limited.name];
  return maximum === 'unlimited' ? null : { ...limited, maximum };
}
