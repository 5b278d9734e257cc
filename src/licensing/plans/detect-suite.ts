import { isPlanModule } from '../catalogue/plan-modules.ts';
import { type SuitePlan, suitePlans } from '../catalogue/suite-plans.ts';
import type { GrantedLicense, ModuleLicense } from '../licenses/license-data.ts';
import type { NormalizedLicense } from '../licenses/normalized-license.ts';

/** A CRM Suite subscription, detected by a module name or a description. `plan` is null if it is undetermined. */
export interface SuiteSubscription {
  readonly kind: 'suite';
  readonly plan: SuitePlan | null;
  readonly by: { readonly step: 'module-name' | 'description'; readonly text: string };
}

/** The indicators of CRM Suite in a list of licenses, by kind; the most reliable kind first. */
export interface SuiteIndicators {
  readonly names: readonly SuiteSubscription[];
  readonly descriptions: readonly SuiteSubscription[];
  /** User licenses whose description is just the plan name (`Core`). */
  readonly bareNames: readonly SuiteSubscription[];
  /** Whether the licenses include user plans. Indicators in descriptions are then ignored, and not looked for. */
  readonly userPlansPurchased: boolean;
}

/** Module names that indicate CRM Suite, without hyphens, and the plan each indicates. */
export type SuiteModules = Readonly<Record<string, SuitePlan | 'unknown'>>;

type IndicatorLicense = NormalizedLicense<ModuleLicense | GrantedLicense>;

const suiteDescription = new RegExp(`\\b(crm suite|superoffice (${suitePlans.join('|')}) suite)\\b`);

/**
 * Finds the CRM Suite indicators in the licenses of a tenant or a user. `modules` is an assumption: the module names
 * are not published.
 */
export function findSuiteIndicators(
  licenses: readonly IndicatorLicense[],
  modules: SuiteModules,
): SuiteIndicators {
  const userPlansPurchased = licenses.some(({ name }) => isPlanModule(name));
  const findPlan = suitePlanFinder(modules);
  return {
    names: licenses.flatMap((each) => fromName(each, findPlan)),
    descriptions: userPlansPurchased ? none : licenses.flatMap(fromDescription),
    bareNames: userPlansPurchased ? none : licenses.flatMap(fromBareName),
    userPlansPurchased,
  };
}

/**
 * Detects the tenant's CRM Suite subscription; null if there is none
 * (docs/superoffice/user-plans.md#8-crm-suite). Module names take precedence over descriptions (`CRM Suite Core`), and
 * these over a user license whose description is just the plan name. If the licenses name different plans, the plan is
 * undetermined.
 */
export function detectSuite(...indicators: readonly SuiteIndicators[]): SuiteSubscription | null {
  const userPlansPurchased = indicators.some((each) => each.userPlansPurchased);
  const kinds = [
    indicators.flatMap(({ names }) => names),
    userPlansPurchased ? [] : indicators.flatMap(({ descriptions }) => descriptions),
    userPlansPurchased ? [] : indicators.flatMap(({ bareNames }) => bareNames),
  ];
  const decisive = kinds.find((found) => found.some(({ plan }) => plan !== null)) ?? kinds.flat();
  const named = decisive.filter(({ plan }) => plan !== null);
  const [first] = (named.length > 0 ? named : decisive).toSorted((a, b) => (a.by.text < b.by.text ? -1 : 1));
  if (first === undefined) return null;
  return new Set(named.map(({ plan }) => plan)).size === 1 ? first : { ...first, plan: null };
}

/** Finds what a normalized module name indicates; undefined if it does not indicate CRM Suite. Hyphens are ignored. */
type FindSuitePlan = (module: string) => SuitePlan | 'unknown' | undefined;

/** Returns a function that finds the plan that a module name is assumed to indicate. */
export function suitePlanFinder(modules: SuiteModules): FindSuitePlan {
  const plans = new Map(Object.entries(modules));
  return (module) => plans.get(module.includes('-') ? module.replaceAll('-', '') : module);
}

const none: readonly SuiteSubscription[] = [];

function fromName(
  { name, license }: IndicatorLicense,
  findPlan: FindSuitePlan,
): readonly SuiteSubscription[] {
  const plan = findPlan(name);
  if (plan === undefined) return none;
  const by = { step: 'module-name', text: license.name } as const;
  return [{ kind: 'suite', plan: plan === 'unknown' ? null : plan, by }];
}

function fromDescription({ license: { description } }: IndicatorLicense): readonly SuiteSubscription[] {
  const text = description.toLowerCase();
  if (!suiteDescription.test(text)) return none;
  const words = text.split(/[^a-z]+/);
  const plan = suitePlans.find((each) => words.includes(each)) ?? null;
  return [{ kind: 'suite', plan, by: { step: 'description', text: description } }];
}

function fromBareName({ license: { description, scope } }: IndicatorLicense): readonly SuiteSubscription[] {
  if (scope !== 'user') return none;
  const text = description.trim().toLowerCase();
  const plan = suitePlans.find((each) => each === text);
  if (plan === undefined) return none;
  return [{ kind: 'suite', plan, by: { step: 'description', text: description } }];
}
