import { childrenOf, rowsOf } from './catalogue.ts';
import { lacksSiteLicense } from './entitlements.ts';
import type { FeatureKey } from './feature-keys.ts';
import type { UserLicenses } from './license-data.ts';
import type { PlanReport } from './plan-report.ts';
import type { TenantKnown } from './report-user.ts';
import { changesOnSuite } from './suite-transition.ts';
import type { Upgrade } from './upgrades.ts';
import { whatIf } from './what-if.ts';

/** What it takes to give a user all features wished for. */
export interface UpgradeAdvice {
  /** The least plan changes that add all of `adds`, fewest tier steps first, with ties and alternatives. */
  readonly upgrades: readonly AdvisedUpgrade[];
  /** The features wished for that a plan change would add. */
  readonly adds: readonly FeatureKey[];
  /** Those the user has already, hidden by their role or not. */
  readonly had: readonly FeatureKey[];
  /** Those of which nobody can tell whether the user has them. */
  readonly undecided: readonly FeatureKey[];
}

/** An upgrade, and the features beside those wished for that it would switch on. */
export type AdvisedUpgrade = Upgrade & { readonly alsoEnables: readonly FeatureKey[] };

/** The least plan changes for a set of features; a group stands for the features in it. */
export function adviseUpgrades(
  tenant: TenantKnown,
  user: UserLicenses,
  report: PlanReport,
  wished: readonly FeatureKey[],
): UpgradeAdvice {
  const features = [...new Set(wished.flatMap(leavesOf))];
  const stateOf = (feature: FeatureKey) => report.features.get(feature)?.state ?? 'unknown';
  const adds = features.filter((feature) => ['upgrade', 'view-only'].includes(stateOf(feature)));
  const undecided = features.filter((feature) => stateOf(feature) === 'unknown');
  const wantedRules = adds.flatMap((feature) => tenant.rules.features.get(feature) ?? []);
  const siteMissing = adds.some((feature) => lacksSiteLicense(report.features.get(feature)?.evidence ?? []));
  const upgrades = tenant.upgradesTo(wantedRules, report.plan, siteMissing).map((upgrade) => {
    const enabled = enabledBy(tenant, user, report, upgrade);
    return { ...upgrade, alsoEnables: enabled.filter((feature) => !features.includes(feature)) };
  });
  const had = features.filter((feature) => !adds.includes(feature) && !undecided.includes(feature));
  return { upgrades, adds, had, undecided };
}

function enabledBy(
  tenant: TenantKnown,
  user: UserLicenses,
  report: PlanReport,
  upgrade: Upgrade,
): readonly FeatureKey[] {
  if (upgrade.kind === 'suite-plan') {
    const changes = changesOnSuite(tenant.rules, report, upgrade.plan);
    return changes.filter(({ change }) => change === 'gained').map(({ feature }) => feature);
  }
  const changes = whatIf(tenant, user, report, upgrade.plan)?.changes ?? [];
  return changes.filter(({ after }) => after === 'enabled').map(({ feature }) => feature);
}

function leavesOf(feature: FeatureKey): readonly FeatureKey[] {
  const children = rowsOf(feature).flatMap(({ id }) => childrenOf(id));
  return children.length === 0 ? [feature] : children.map((child) => child.feature);
}
