import type { FeatureKey } from './feature-keys.ts';

/**
 * What a feature can need in addition to its license
 * (docs/superoffice/user-plans.md#9-requirements-on-feature-pages).
 */
export const additionalRequirements = [
  /** The feature exists in CRM Online only. */
  'online-only',
  /** An administrator must define statuses first. */
  'statuses-defined',
  /** The user needs the data right Target. */
  'data-right-target',
  /** The function right to lock and unlock targets, for users who lock targets. */
  'function-right-lock-targets',
  /** The license Sales Targets Unlimited, for more dimensions or several groups. */
  'sales-targets-unlimited-for-more',
] as const;

/** A requirement in addition to the license. */
type AdditionalRequirement = (typeof additionalRequirements)[number];

const byFeature: Readonly<Partial<Record<FeatureKey, readonly AdditionalRequirement[]>>> = {
  'sale-targets-and-kpis': [
    'online-only',
    'data-right-target',
    'function-right-lock-targets',
    'sales-targets-unlimited-for-more',
  ],
  saint: ['statuses-defined'],
};

/**
 * Returns what the page of a feature requires in addition to its license.
 *
 * @example
 * getAdditionalRequirements('saint')
 * // → ['statuses-defined']
 */
export function getAdditionalRequirements(feature: FeatureKey): readonly AdditionalRequirement[] {
  return byFeature[feature] ?? [];
}
