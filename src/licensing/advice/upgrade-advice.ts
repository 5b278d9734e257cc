import { getChildRows, getFeatureRows } from '../catalogue/catalogue.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { TenantIndex } from '../entitlements/user-report.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import type { Upgrade } from '../plans/minimal-upgrades.ts';
import { findPlanDiff } from './plan-diff.ts';
import { indexBefore } from './what-if.ts';

/** How a user can get all requested features. */
export interface UpgradeAdvice {
  /** The minimal plan changes that add all of `adds`, fewest tier steps first, with ties and alternatives. */
  readonly upgrades: readonly AdvisedUpgrade[];
  /** The requested features that a plan change would add. */
  readonly adds: readonly FeatureKey[];
  /** The requested features that the user already has, including those hidden by the user's role. */
  readonly alreadyEnabled: readonly FeatureKey[];
  /** The requested features whose state is unknown, or that no known plan change adds. */
  readonly undetermined: readonly FeatureKey[];
}

/** An upgrade, and what it would change besides the requested features. */
type AdvisedUpgrade = Upgrade & {
  readonly alsoEnables: readonly FeatureKey[];
  /** Features that are enabled today and would not be: the replaced plan may be undocumented. */
  readonly disables: readonly FeatureKey[];
};

/** Finds the minimal plan changes for the requested features. A group stands for its features. */
export function recommendUpgrades(
  tenant: TenantIndex,
  user: UserLicenses,
  report: EntitlementReport,
  requestedFeatures: readonly FeatureKey[],
): UpgradeAdvice {
  const features = [...new Set(requestedFeatures.flatMap(expandGroup))];
  const getState = (feature: FeatureKey) => report.features.get(feature)?.state ?? 'unknown';
  const isOffered = (feature: FeatureKey) => (report.features.get(feature)?.upgrades.length ?? 0) > 0;
  const isAlreadyEnabled = (feature: FeatureKey) => ['enabled', 'hidden-by-role'].includes(getState(feature));
  const adds = features.filter(isOffered);
  const requestedRules = adds.flatMap((feature) => tenant.rules.features.get(feature) ?? []);
  const before = indexBefore(tenant, user, report);
  const upgrades = tenant.findUpgrades(requestedRules, report.plan).map((upgrade) => {
    const { enables, disables } = findPlanDiff(tenant, before, upgrade);
    return { ...upgrade, alsoEnables: enables.filter((feature) => !features.includes(feature)), disables };
  });
  const undetermined = features.filter((feature) => !isAlreadyEnabled(feature) && !isOffered(feature));
  return { upgrades, adds, alreadyEnabled: features.filter(isAlreadyEnabled), undetermined };
}

function expandGroup(feature: FeatureKey): readonly FeatureKey[] {
  const children = getFeatureRows(feature).flatMap(({ id }) => getChildRows(id));
  return children.length === 0 ? [feature] : children.map((child) => child.feature);
}
