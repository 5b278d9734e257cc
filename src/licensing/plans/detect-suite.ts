import { isPlanModule } from '../catalogue/plan-modules.ts';
import { type SuitePlan, suitePlans } from '../catalogue/suite-plans.ts';
import type { LicenseScope } from '../licenses/license-data.ts';
import { moduleName, onlySuperOffice } from '../licenses/module-names.ts';

/** A CRM Suite subscription, recognised by a module name or a description. `plan` is null where it stays open. */
export interface SuiteSubscription {
  readonly kind: 'suite';
  readonly plan: SuitePlan | null;
  readonly by: { readonly step: 'module-name' | 'description'; readonly text: string };
}

/** What some licenses say of CRM Suite, the surest kind of sign first. */
export interface SuiteIndicators {
  readonly names: readonly SuiteSubscription[];
  readonly descriptions: readonly SuiteSubscription[];
  /** User licenses called just like a plan (`Core`). */
  readonly bareNames: readonly SuiteSubscription[];
  /** Words in a description are weak where user plans are sold. */
  readonly userPlansPurchased: boolean;
}

/** Module names that tell CRM Suite, and the plan they tell; compared without hyphens. */
export type SuiteModules = Readonly<Record<string, SuitePlan | 'unknown'>>;

interface SeenLicense {
  readonly owner: string;
  readonly name: string;
  readonly description: string;
  readonly scope: LicenseScope;
}

const suiteWords = new RegExp(`\\b(crm suite|superoffice (${suitePlans.join('|')}) suite)\\b`);

/** What licenses of a tenant or a user say of CRM Suite; `modules` is assumed, no module name is published. */
export function findSuiteIndicators(
  licenses: readonly SeenLicense[],
  modules: SuiteModules,
): SuiteIndicators {
  const seen = onlySuperOffice(licenses);
  return {
    names: seen.flatMap((license) => byName(license, modules)),
    descriptions: seen.flatMap(byDescription),
    bareNames: seen.flatMap(byBareName),
    userPlansPurchased: seen.some(({ name }) => isPlanModule(moduleName(name))),
  };
}

/**
 * The tenant's CRM Suite subscription, or null where there is none
 * (docs/superoffice/user-plans.md#8-crm-suite). Module names speak first, then descriptions (`CRM Suite
 * Core`), then a user license called just like the plan. Licenses that name different plans leave the plan
 * open.
 */
export function detectSuite(...indicators: readonly SuiteIndicators[]): SuiteSubscription | null {
  const userPlansPurchased = indicators.some((each) => each.userPlansPurchased);
  const kinds = [
    indicators.flatMap(({ names }) => names),
    userPlansPurchased ? [] : indicators.flatMap(({ descriptions }) => descriptions),
    userPlansPurchased ? [] : indicators.flatMap(({ bareNames }) => bareNames),
  ];
  const speaking = kinds.find((found) => found.some(({ plan }) => plan !== null)) ?? kinds.flat();
  const named = speaking.filter(({ plan }) => plan !== null);
  const [first] = (named.length > 0 ? named : speaking).toSorted((a, b) => (a.by.text < b.by.text ? -1 : 1));
  if (first === undefined) return null;
  return new Set(named.map(({ plan }) => plan)).size === 1 ? first : { ...first, plan: null };
}

/** Whether a compared module name is assumed to tell CRM Suite; hyphens do not count. */
export function isSuiteModule(module: string, modules: SuiteModules): boolean {
  return planKnown(module, modules) !== undefined;
}

function planKnown(module: string, modules: SuiteModules): SuitePlan | 'unknown' | undefined {
  const compared = module.replaceAll('-', '');
  return Object.hasOwn(modules, compared) ? modules[compared] : undefined;
}

function byName({ name }: SeenLicense, modules: SuiteModules): readonly SuiteSubscription[] {
  const plan = planKnown(moduleName(name), modules);
  if (plan === undefined) return [];
  return [{ kind: 'suite', plan: plan === 'unknown' ? null : plan, by: { step: 'module-name', text: name } }];
}

function byDescription({ description }: SeenLicense): readonly SuiteSubscription[] {
  const text = description.toLowerCase();
  if (!suiteWords.test(text)) return [];
  const words = text.split(/[^a-z]+/);
  const plan = suitePlans.find((each) => words.includes(each)) ?? null;
  return [{ kind: 'suite', plan, by: { step: 'description', text: description } }];
}

function byBareName({ description, scope }: SeenLicense): readonly SuiteSubscription[] {
  if (scope !== 'user') return [];
  const text = description.trim().toLowerCase();
  const plan = suitePlans.find((each) => each === text);
  if (plan === undefined) return [];
  return [{ kind: 'suite', plan, by: { step: 'description', text: description } }];
}
