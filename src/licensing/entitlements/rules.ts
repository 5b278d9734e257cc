import {
  type CatalogueRow,
  catalogue,
  type FeatureRows,
  getFeatureRows,
  isGroup,
} from '../catalogue/catalogue.ts';
import type { Confidence } from '../catalogue/confidence.ts';
import { type FeatureKey, featureKeys } from '../catalogue/feature-keys.ts';
import { isKnownModule } from '../catalogue/known-modules.ts';
import { findSuiteAvailability, type SuiteAvailability } from '../catalogue/suite-availability.ts';
import { isSuiteModule } from '../plans/detect-suite.ts';
import type { Assumptions } from './assumptions.ts';

/** A feature with all data needed to decide it. */
export interface FeatureRule {
  readonly feature: FeatureKey;
  readonly rows: FeatureRows;
  /** Any one of these site licenses is sufficient. */
  readonly site: readonly string[];
  /** All of these user licenses are needed. */
  readonly user: readonly string[];
  readonly confidence: Confidence;
  /**
   * Whether at least one user license is specific to the feature. A site license only means that the tenant has the
   * feature, and `report-cal` is in every plan, so neither indicates standard *service* reports.
   */
  readonly hasOwnUserLicense: boolean;
  /** The user licenses that enable the screen: without them it is possibly not readable. */
  readonly screenLicenses: readonly string[];
  /** The function rights that hide the feature. */
  readonly hidingFunctionRights: readonly string[];
  /** The feature that contains it, or null. */
  readonly parentFeature: FeatureKey | null;
  /** The rows that include it in a plan: its own rows and those of its parent feature. */
  readonly grantingRows: readonly CatalogueRow[];
  readonly suiteAvailability: SuiteAvailability;
}

/** The catalogue joined with the assumptions; the same for all tenants and users. */
export interface Rules {
  readonly assumptions: Assumptions;
  readonly features: ReadonlyMap<FeatureKey, FeatureRule>;
  /** Whether a normalized module name is documented or in an assumption. */
  readonly isKnownModule: (module: string) => boolean;
}

/** Joins the catalogue with the assumptions. Groups have no rule: they take their state from their features. */
export function compileRules(assumptions: Assumptions): Rules {
  const leaves = featureKeys.flatMap((feature) => {
    const [first, ...rest] = getFeatureRows(feature);
    return first === undefined || isGroup(feature) ? [] : [[first, ...rest] as const];
  });
  const assumed = listAssumedModules(assumptions);
  return {
    assumptions,
    features: new Map(leaves.map((rows) => [rows[0].feature, toRule(rows, assumptions)])),
    isKnownModule: (module) =>
      isKnownModule(module) || assumed.has(module) || isSuiteModule(module, assumptions.suite.modules),
  };
}

function listAssumedModules(assumptions: Assumptions): ReadonlySet<string> {
  const { modules, editingLicenses, premiumModules, tierMarkers, addOnModules } = assumptions;
  return new Set([
    ...Object.values(modules).flatMap(({ site, user }) => [...site, ...user]),
    ...editingLicenses,
    ...Object.values(premiumModules).flat(),
    ...[tierMarkers.user, ...Object.values(tierMarkers.site)].flatMap((tiers) => Object.values(tiers)),
    ...Object.values(addOnModules).flat(),
  ]);
}

function toRule(rows: FeatureRows, assumptions: Assumptions): FeatureRule {
  const { feature, solution } = rows[0];
  const { site, user, confidence } = assumptions.modules[feature];
  const lowerPlanLicenses = listLowerPlanLicenses(rows, assumptions);
  const parentFeature = assumptions.containedIn[feature] ?? null;
  return {
    feature,
    rows,
    site,
    user,
    confidence,
    hasOwnUserLicense: user.some((name) => solution === 'common' || !lowerPlanLicenses.has(name)),
    screenLicenses: user.filter((name) => !assumptions.editingLicenses.includes(name)),
    hidingFunctionRights: Object.entries(assumptions.hiddenBy).flatMap(([right, hidden]) =>
      hidden.includes(feature) ? [right] : [],
    ),
    parentFeature,
    grantingRows: parentFeature === null ? rows : [...rows, ...getFeatureRows(parentFeature)],
    suiteAvailability: findSuiteAvailability(rows, assumptions.suite),
  };
}

// A license that a feature of a lower plan also needs is not specific to the tier of this feature.
function listLowerPlanLicenses(rows: FeatureRows, { modules }: Assumptions): ReadonlySet<string> {
  const isLower = (row: CatalogueRow) =>
    row.solution === 'common' ||
    (row.tier === 'essential' &&
      rows.every(({ tier }) => tier === 'premium') &&
      rows.some(({ solution }) => solution === row.solution));
  return new Set(catalogue.filter(isLower).flatMap(({ feature }) => modules[feature].user));
}
