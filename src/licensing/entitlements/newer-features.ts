import type { AddOnKey } from '../catalogue/add-ons.ts';
import { type NewerFeature, newerFeatures } from '../catalogue/newer-features.ts';
import { type PublishedRequirement, toRequirement } from '../catalogue/published-requirement.ts';
import type { LicenseIndex } from '../licenses/license-index.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import type { AddOnModules } from './add-ons.ts';
import { decideOnSuitePlan } from './decide-on-suite-plan.ts';
import type { FeatureState, Reason } from './entitlement.ts';
import { findInclusion } from './plan-inclusion.ts';

/** A feature that SuperOffice has documented since the list of user plans, decided for one user. */
export interface DecidedNewerFeature {
  readonly feature: NewerFeature;
  readonly requirement: PublishedRequirement;
  readonly state: FeatureState;
  readonly reason: Reason;
}

type Decision = Pick<DecidedNewerFeature, 'state' | 'reason'>;

const requirements = newerFeatures.map((feature) => ({
  feature,
  requirement: toRequirement(feature.page, []),
}));

/**
 * Decides the features that SuperOffice has documented since the list of user plans, by what their pages ask for. No
 * module of them is known, apart from AI services.
 */
export function decideNewerFeatures(
  user: { readonly licenseIndex: LicenseIndex; readonly plan: DetectedPlan | null },
  addOnModules: AddOnModules,
): readonly DecidedNewerFeature[] {
  return requirements.map((each) => ({ ...each, ...decide(each, user, addOnModules) }));
}

/** Returns the features as unknown, for an unknown user. */
export function undeterminedNewerFeatures(): readonly DecidedNewerFeature[] {
  return requirements.map((each) => ({ ...each, state: 'unknown', reason: 'user-unknown' }));
}

function decide(
  { feature, requirement }: Pick<DecidedNewerFeature, 'feature' | 'requirement'>,
  { licenseIndex, plan }: { readonly licenseIndex: LicenseIndex; readonly plan: DetectedPlan | null },
  addOnModules: AddOnModules,
): Decision {
  const { sections, addOn, suitePlan } = requirement;
  const isLicensed = sufficientLicenses(feature, addOn, addOnModules).some((name) =>
    licenseIndex.site.has(name),
  );
  if (isLicensed) return { state: 'enabled', reason: 'add-on-licensed' };
  if (plan?.kind === 'suite') return decideOnSuitePlan(plan.plan, suitePlan);
  if (sections.length > 0) return decideOnUserPlan(requirement, plan);
  const lacksAddOn =
    addOn !== null &&
    licenseIndex.siteLicensesKnown &&
    !addOnModules[addOn].some((name) => licenseIndex.site.has(name));
  if (lacksAddOn) return { state: 'add-on', reason: 'add-on-missing' };
  return { state: 'unknown', reason: 'no-evidence' };
}

// Each AI service has a license of its own besides that of the add-on (docs/superoffice/changes-2026.md#12-ai-services).
function sufficientLicenses(
  { service }: NewerFeature,
  addOn: AddOnKey | null,
  addOnModules: AddOnModules,
): readonly string[] {
  if (service !== undefined) return [service];
  return addOn === null || addOn === 'ai' ? [] : addOnModules[addOn];
}

function decideOnUserPlan({ sections }: PublishedRequirement, plan: DetectedPlan | null): Decision {
  switch (findInclusion(sections, plan).inclusion) {
    case 'yes':
      return { state: 'enabled', reason: 'included-in-plan' };
    case 'no':
      return { state: 'upgrade', reason: plan?.kind === 'no-plan' ? 'user-without-plan' : 'plan-lacks' };
    case 'possibly':
      return { state: 'unknown', reason: 'tier-unknown' };
    case 'unstated':
      return { state: 'unknown', reason: 'no-evidence' };
  }
}
