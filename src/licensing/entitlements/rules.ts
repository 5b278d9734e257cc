import { type CatalogueRow, catalogue, type FeatureRows, isGroup, rowsOf } from '../catalogue/catalogue.ts';
import type { Confidence } from '../catalogue/confidence.ts';
import { type FeatureKey, featureKeys } from '../catalogue/feature-keys.ts';
import { isKnownModule } from '../catalogue/known-modules.ts';
import { findSuiteAvailability, type SuiteAvailability } from '../catalogue/suite-availability.ts';
import { isSuiteModule } from '../plans/detect-suite.ts';
import type { Assumptions } from './assumptions.ts';

/** A feature with everything its decision needs. */
export interface FeatureRule {
  readonly feature: FeatureKey;
  readonly rows: FeatureRows;
  /** Any one of these site licenses is enough. */
  readonly site: readonly string[];
  /** All of these user licenses are needed. */
  readonly user: readonly string[];
  readonly confidence: Confidence;
  /**
   * Whether a user license speaks for it alone. A site license says only that the feature is in the tenant, and
   * `report-cal` is in every plan: holding those is no sign of standard *service* reports.
   */
  readonly hasOwnUserLicense: boolean;
  /** Those of its user licenses that switch the screen on: without them it may not even be readable. */
  readonly screenLicenses: readonly string[];
  /** The function rights that take it off the screen. */
  readonly hidingFunctionRights: readonly string[];
  /** A stronger feature that contains it, or null. */
  readonly parentFeature: FeatureKey | null;
  /** The rows of which any one gives it to a plan: its own, and those of its container. */
  readonly grantingRows: readonly CatalogueRow[];
  readonly suiteAvailability: SuiteAvailability;
}

/** The catalogue joined with the assumptions, made once and asked for every user. */
export interface Rules {
  readonly assumptions: Assumptions;
  readonly features: ReadonlyMap<FeatureKey, FeatureRule>;
  /** Whether the catalogue or an assumption has heard of a compared module name. */
  readonly knows: (module: string) => boolean;
}

/** Joins the catalogue with the assumptions. Groups of features have no rule: they are as good as what is in them. */
export function compileRules(assumptions: Assumptions): Rules {
  const leaves = featureKeys.flatMap((feature) => {
    const [first, ...rest] = rowsOf(feature);
    return first === undefined || isGroup(feature) ? [] : [[first, ...rest] as const];
  });
  const assumed = assumedModules(assumptions);
  return {
    assumptions,
    features: new Map(leaves.map((rows) => [rows[0].feature, ruleOf(rows, assumptions)])),
    knows: (module) =>
      isKnownModule(module) || assumed.has(module) || isSuiteModule(module, assumptions.suite.modules),
  };
}

function assumedModules(assumptions: Assumptions): ReadonlySet<string> {
  const { modules, editingLicenses, premiumModules, tierMarkers, addOnModules } = assumptions;
  return new Set([
    ...Object.values(modules).flatMap(({ site, user }) => [...site, ...user]),
    ...editingLicenses,
    ...Object.values(premiumModules).flat(),
    ...[tierMarkers.user, ...Object.values(tierMarkers.site)].flatMap((tiers) => Object.values(tiers)),
    ...Object.values(addOnModules).flat(),
  ]);
}

function ruleOf(rows: FeatureRows, assumptions: Assumptions): FeatureRule {
  const { feature, solution } = rows[0];
  const { site, user, confidence } = assumptions.modules[feature];
  const lesser = licensesOfLesserRows(rows, assumptions);
  const parentFeature = assumptions.containedIn[feature] ?? null;
  return {
    feature,
    rows,
    site,
    user,
    confidence,
    hasOwnUserLicense: user.some((name) => solution === 'common' || !lesser.has(name)),
    screenLicenses: user.filter((name) => !assumptions.editingLicenses.includes(name)),
    hidingFunctionRights: Object.entries(assumptions.hiddenBy).flatMap(([right, hidden]) =>
      hidden.includes(feature) ? [right] : [],
    ),
    parentFeature,
    grantingRows: parentFeature === null ? rows : [...rows, ...rowsOf(parentFeature)],
    suiteAvailability: findSuiteAvailability(rows, assumptions.suite),
  };
}

// A license that a feature of a lesser plan needs too says nothing of the tier that has this one.
function licensesOfLesserRows(rows: FeatureRows, { modules }: Assumptions): ReadonlySet<string> {
  const isLesser = (row: CatalogueRow) =>
    row.solution === 'common' ||
    (row.tier === 'essential' &&
      rows.every(({ tier }) => tier === 'premium') &&
      rows.some(({ solution }) => solution === row.solution));
  return new Set(catalogue.filter(isLesser).flatMap(({ feature }) => modules[feature].user));
}
