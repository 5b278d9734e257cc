import {
  type CatalogueRow,
  type CatalogueSection,
  catalogue,
  type FeatureRows,
  getFeatureRows,
  isGroup,
} from '../catalogue/catalogue.ts';
import type { Confidence } from '../catalogue/confidence.ts';
import { type FeatureKey, featureKeys } from '../catalogue/feature-keys.ts';
import { isKnownModule } from '../catalogue/known-modules.ts';
import { newerFeatures } from '../catalogue/newer-features.ts';
import { getPublishedRequirement } from '../catalogue/published-requirement.ts';
import type { SuiteAvailability } from '../catalogue/suite-availability.ts';
import { suitePlanFinder } from '../plans/detect-suite.ts';
import type { Assumptions } from './assumptions.ts';
import type { Evidence } from './entitlement.ts';

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
  /** The sections of a plan that have it, as its page or the list of user plans asks for. */
  readonly sections: readonly CatalogueSection[];
  /** The sections of the parent feature, which include it too. */
  readonly parentSections: readonly CatalogueSection[];
  /** The licenses of the add-on that also gives it; empty if there is none. */
  readonly addOnLicenses: readonly string[];
  /** Null if no page names a Suite plan. */
  readonly suiteAvailability: SuiteAvailability | null;
  /** Whether SuperOffice has ended it. */
  readonly discontinued: boolean;
  /** All licenses that its decision looks at, also those of the parent feature. */
  readonly looksAt: LicenseNames;
}

/** Names of site licenses and of user licenses. */
export interface LicenseNames {
  readonly site: readonly string[];
  readonly user: readonly string[];
}

/** The catalogue joined with the assumptions; the same for all tenants and users. */
export interface Rules {
  readonly assumptions: Assumptions;
  readonly features: ReadonlyMap<FeatureKey, FeatureRule>;
  /** What the documentation asks for, for the 68 feature keys. */
  readonly documentation: Readonly<Record<FeatureKey, DocumentationEvidence>>;
  /** All licenses that decide anything but the plan. */
  readonly looksAt: LicenseNames;
  /** All licenses of a tenant that decide anything, also the tiers of its plans. */
  readonly tenantLooksAt: LicenseNames;
  /** Whether a normalized module name is documented or in an assumption. */
  readonly isKnownModule: (module: string) => boolean;
}

type DocumentationEvidence = Extract<Evidence, { kind: 'documentation' }>;

/** Joins the catalogue with the assumptions. Groups have no rule: they take their state from their features. */
export function compileRules(assumptions: Assumptions): Rules {
  const leaves = featureKeys.flatMap((feature) => {
    const [first, ...rest] = getFeatureRows(feature);
    return first === undefined || isGroup(feature) ? [] : [[first, ...rest] as const];
  });
  const assumed = listAssumedModules(assumptions);
  const rules = leaves.map((rows) => toRule(rows, assumptions));
  const findSuitePlan = suitePlanFinder(assumptions.suite.modules);
  const ofAddOns = [...Object.values(assumptions.addOnModules).flat(), ...aiServiceLicenses];
  const looksAt = joinNames([...rules.map((rule) => rule.looksAt), { site: ofAddOns, user: [] }]);
  const siteMarkers = Object.values(assumptions.tierMarkers.site).flatMap((tiers) => Object.values(tiers));
  return {
    assumptions,
    features: new Map(rules.map((rule) => [rule.feature, rule])),
    documentation,
    looksAt,
    tenantLooksAt: { site: [...new Set([...looksAt.site, ...siteMarkers])], user: [] },
    isKnownModule: (module) =>
      isKnownModule(module) || assumed.has(module) || findSuitePlan(module) !== undefined,
  };
}

const aiServiceLicenses = newerFeatures.flatMap(({ service }) => service ?? []);

// The same for all assumptions.
const documentation = Object.fromEntries(
  featureKeys.map((feature) => {
    const { page, statements, conflict, parts, ended } = getPublishedRequirement(feature);
    return [feature, { kind: 'documentation', page, statements, conflict, parts, ended }];
  }),
) as Record<FeatureKey, DocumentationEvidence>;

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
  const { sections, addOn, suitePlan, ended } = getPublishedRequirement(feature);
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
    sections,
    parentSections: parentFeature === null ? [] : getPublishedRequirement(parentFeature).sections,
    addOnLicenses: addOn === null ? [] : assumptions.addOnModules[addOn],
    suiteAvailability:
      assumptions.suite.needByFeature[feature] ??
      (suitePlan === null ? null : { from: suitePlan, confidence: 'published' }),
    discontinued: ended !== null,
    looksAt: joinNames(
      [feature, parentFeature].flatMap((each) => (each === null ? [] : listLicenses(each, assumptions))),
    ),
  };
}

function listLicenses(feature: FeatureKey, { modules, addOnModules }: Assumptions): readonly LicenseNames[] {
  const { addOn } = getPublishedRequirement(feature);
  return [modules[feature], { site: addOn === null ? [] : addOnModules[addOn], user: [] }];
}

function joinNames(names: readonly LicenseNames[]): LicenseNames {
  return {
    site: [...new Set(names.flatMap(({ site }) => site))],
    user: [...new Set(names.flatMap(({ user }) => user))],
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
