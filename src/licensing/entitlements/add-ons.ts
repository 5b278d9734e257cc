import { type AddOnKey, addOnKeys } from '../catalogue/add-ons.ts';
import { getAddOnRequirement, type PublishedRequirement } from '../catalogue/published-requirement.ts';
import type { LicenseIndex } from '../licenses/license-index.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import { decideOnSuitePlan, type SuitePlanDecision } from './decide-on-suite-plan.ts';
import type { Documentation } from './entitlement.ts';

/** The site licenses of each add-on; any one of them is sufficient. */
export type AddOnModules = Readonly<Record<AddOnKey, readonly string[]>>;

/** The state of an add-on in the tenant. `module` is the site license that enables it, or null. */
export type AddOn = AddOnDecision & {
  readonly key: AddOnKey;
  readonly module: string | null;
  readonly documentation: Documentation;
};

type AddOnDecision =
  | SuitePlanDecision
  | { readonly state: 'enabled'; readonly reason: 'add-on-licensed' }
  | { readonly state: 'add-on'; readonly reason: 'add-on-missing' }
  | { readonly state: 'unknown'; readonly reason: 'no-evidence' };

const requirements = addOnKeys.map((key) => [key, getAddOnRequirement(key)] as const);

/**
 * Decides the four add-ons by the tenant's site licenses (docs/superoffice/licenses.md#6-modules-per-feature), and on a
 * CRM Suite tenant also by its plan: some plans include them (docs/superoffice/changes-2026.md#5-crm-suite-plans).
 */
export function decideAddOns(
  licenseIndex: Pick<LicenseIndex, 'site' | 'siteLicensesKnown'>,
  plan: DetectedPlan | null,
  modules: AddOnModules,
): readonly AddOn[] {
  return requirements.map(([key, documentation]) => {
    const module = modules[key].find((name) => licenseIndex.site.has(name)) ?? null;
    return { key, ...decide(module, licenseIndex, plan, documentation), module, documentation };
  });
}

function decide(
  module: string | null,
  { siteLicensesKnown }: Pick<LicenseIndex, 'siteLicensesKnown'>,
  plan: DetectedPlan | null,
  { suitePlan }: PublishedRequirement,
): AddOnDecision {
  if (module !== null) return { state: 'enabled', reason: 'add-on-licensed' };
  if (plan?.kind === 'suite') return decideOnSuitePlan(plan.plan, suitePlan);
  return siteLicensesKnown
    ? { state: 'add-on', reason: 'add-on-missing' }
    : { state: 'unknown', reason: 'no-evidence' };
}
