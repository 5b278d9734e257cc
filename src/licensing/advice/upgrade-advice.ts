import { getChildRows, rowsOf } from '../catalogue/catalogue.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { TenantIndex } from '../entitlements/user-report.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import type { Upgrade } from '../plans/minimal-upgrades.ts';
import { diffPlan } from './plan-diff.ts';

/** What it takes to give a user all features wished for. */
export interface UpgradeAdvice {
  /** The least plan changes that add all of `adds`, fewest tier steps first, with ties and alternatives. */
  readonly upgrades: readonly AdvisedUpgrade[];
  /** The features wished for that a plan change would add. */
  readonly adds: readonly FeatureKey[];
  /** Those the user has already, hidden by their role or not. */
  readonly alreadyEnabled: readonly FeatureKey[];
  /** Those of which nobody can tell whether the user has them, or what would add them. */
  readonly undetermined: readonly FeatureKey[];
}

/** An upgrade, and what it would change beside what is wished for. */
type AdvisedUpgrade = Upgrade & {
  readonly alsoEnables: readonly FeatureKey[];
  /** What is enabled today and would not be: of a plan nobody documented it is not known what would keep it. */
  readonly disables: readonly FeatureKey[];
};

/** The least plan changes for a set of features; a group stands for the features in it. */
export function recommendUpgrades(
  tenant: TenantIndex,
  user: UserLicenses,
  report: EntitlementReport,
  requestedFeatures: readonly FeatureKey[],
): UpgradeAdvice {
  const features = [...new Set(requestedFeatures.flatMap(leavesOf))];
  const stateOf = (feature: FeatureKey) => report.features.get(feature)?.state ?? 'unknown';
  const isOffered = (feature: FeatureKey) => (report.features.get(feature)?.upgrades.length ?? 0) > 0;
  const isAlreadyEnabled = (feature: FeatureKey) => ['enabled', 'hidden-by-role'].includes(stateOf(feature));
  const adds = features.filter(isOffered);
  const wantedRules = adds.flatMap((feature) => tenant.rules.features.get(feature) ?? []);
  const upgrades = tenant.findUpgrades(wantedRules, report.plan).map((upgrade) => {
    const { enables, disables } = diffPlan(tenant, user, report, upgrade);
    return { ...upgrade, alsoEnables: enables.filter((feature) => !features.includes(feature)), disables };
  });
  const undetermined = features.filter((feature) => !isAlreadyEnabled(feature) && !isOffered(feature));
  return { upgrades, adds, alreadyEnabled: features.filter(isAlreadyEnabled), undetermined };
}

function leavesOf(feature: FeatureKey): readonly FeatureKey[] {
  const children = rowsOf(feature).flatMap(({ id }) => getChildRows(id));
  return children.length === 0 ? [feature] : children.map((child) => child.feature);
}
