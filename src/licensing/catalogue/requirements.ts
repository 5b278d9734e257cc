import type { FeatureKey } from './feature-keys.ts';

/**
 * What a feature can need in addition to its license
 * (docs/superoffice/user-plans.md#9-requirements-on-feature-pages).
 */
export const additionalRequirements = [
  /** The feature exists in CRM Online only. */
  'online-only',
  /** The license Sales Targets Unlimited, for more dimensions or several groups. */
  'sales-targets-unlimited-for-more',
] as const;

/** A requirement in addition to the license. */
type AdditionalRequirement = (typeof additionalRequirements)[number];

const byFeature: Readonly<Partial<Record<FeatureKey, readonly AdditionalRequirement[]>>> = {
  'sale-targets-and-kpis': ['online-only', 'sales-targets-unlimited-for-more'],
};

/**
 * Returns what the page of a feature requires in addition to its license. Rights and settings that hide a licensed feature
 * are visibility hints.
 *
 * @example
 * getAdditionalRequirements('sale-targets-and-kpis')
 * // → ['online-only', 'sales-targets-unlimited-for-more']
 */
export function getAdditionalRequirements(feature: FeatureKey): readonly AdditionalRequirement[] {
  return byFeature[feature] ?? [];
}
