import { getChildRows } from '../catalogue/catalogue.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { LicenseNotice } from '../licenses/license-dates.ts';
import type { DetectedPlan, PlanModel } from '../plans/detect-plan.ts';
import type { AddOn } from './add-ons.ts';
import type { Entitlement, FeatureState } from './entitlement.ts';
import type { DecidedNewerFeature } from './newer-features.ts';

/** The number of the catalogue's 62 features in each state, without groups; a feature with several rows counts once. */
export interface FeatureCounts {
  readonly total: number;
  readonly enabled: number;
  readonly viewOnly: number;
  readonly hiddenByRole: number;
  readonly upgrade: number;
  readonly unknown: number;
}

/** All entitlement decisions for one user. */
export interface EntitlementReport {
  readonly model: PlanModel;
  /** The user's plan; null if it is unknown. */
  readonly plan: DetectedPlan | null;
  /** The 76 catalogue rows, in catalogue order. */
  readonly entitlements: readonly Entitlement[];
  /** The entitlements by feature, each with the first row of the feature. */
  readonly features: ReadonlyMap<FeatureKey, Entitlement>;
  readonly addOns: readonly AddOn[];
  /** The features documented since the list of user plans, which are not counted. */
  readonly newerFeatures: readonly DecidedNewerFeature[];
  readonly counts: FeatureCounts;
  /** Module names that neither the catalogue nor an assumption has, sorted. */
  readonly unknownModules: readonly string[];
  readonly notices: readonly LicenseNotice[];
}

/** Indexes entitlements by feature; the first row of a feature counts. */
export function indexByFeature(entitlements: readonly Entitlement[]): ReadonlyMap<FeatureKey, Entitlement> {
  const features = new Map<FeatureKey, Entitlement>();
  for (const each of entitlements) if (!features.has(each.feature)) features.set(each.feature, each);
  return features;
}

/** Counts the features in each state. */
export function countFeatures(features: ReadonlyMap<FeatureKey, Entitlement>): FeatureCounts {
  const leaves = [...features.values()].filter(({ row }) => getChildRows(row).length === 0);
  const count = (state: FeatureState) => leaves.filter((each) => each.state === state).length;
  return {
    total: leaves.length,
    enabled: count('enabled'),
    viewOnly: count('view-only'),
    hiddenByRole: count('hidden-by-role'),
    upgrade: count('upgrade'),
    unknown: count('unknown'),
  };
}
