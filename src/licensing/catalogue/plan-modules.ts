import { type PerSolution, type PlanTier, type Solution, solutions } from './solutions.ts';

/**
 * The seven module names of user plans and their solutions; each name serves both tiers
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection).
 */
const planModules = {
  'ten-sales': ['sales'],
  'ten-service': ['service'],
  'ten-marketing': ['marketing'],
  'ten-salesservice': ['sales', 'service'],
  'ten-salesmarketing': ['sales', 'marketing'],
  'ten-servicemarketing': ['service', 'marketing'],
  'ten-salesservicemarketing': ['sales', 'service', 'marketing'],
} as const satisfies Record<string, readonly Solution[]>;

/** The module name of a current user plan. */
export type PlanModule = keyof typeof planModules;

/**
 * The user plans of versions 8 and 9 and the solutions they included
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection).
 */
const oldPlanModules = {
  'superlicense-contact-manager': [],
  'superlicense-sales-pro': ['sales'],
  'superlicense-marketing-pro': ['marketing'],
  'superlicense-service-pro': ['service'],
  'superlicense-complete': ['sales', 'service', 'marketing'],
  'superlicense-assistant': [],
} as const satisfies Record<string, readonly Solution[]>;

/** The module name of a user plan of version 8 or 9. */
export type OldPlanModule = keyof typeof oldPlanModules;

/**
 * The plan module that marks a user without a plan
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection).
 */
export const noPlanModule = 'superlicense-no-selection';

// Sets find a name that comes from license data faster than objects do.
const planModuleNames: ReadonlySet<string> = new Set(Object.keys(planModules));
const oldPlanModuleNames: ReadonlySet<string> = new Set(Object.keys(oldPlanModules));

/** Whether a module name is one of the seven current plan names. */
export function isPlanModule(name: string): name is PlanModule {
  return planModuleNames.has(name);
}

/** Returns the solutions of a plan module, in published order. */
export function getPlanModuleSolutions(module: PlanModule): readonly Solution[] {
  return planModules[module];
}

/** Returns the module name of a plan with these tiers; null if no solution is included. */
export function findPlanModule(tiers: PerSolution<PlanTier>): PlanModule | null {
  const name = `ten-${solutions.filter((each) => tiers[each] !== 'none').join('')}`;
  return isPlanModule(name) ? name : null;
}

/** Whether a module name is a user plan of version 8 or 9. */
export function isOldPlanModule(name: string): name is OldPlanModule {
  return oldPlanModuleNames.has(name);
}

/** Returns the solutions of a user plan of version 8 or 9. */
export function getOldPlanSolutions(module: OldPlanModule): readonly Solution[] {
  return oldPlanModules[module];
}

/** Whether a module name is a documented plan name. ExtraFlags values other than 0, 1 and 2 are not documented. */
export function isNamedPlan(name: string): boolean {
  return isPlanModule(name) || isOldPlanModule(name) || name === noPlanModule;
}

/**
 * Whether a row is a user plan: it has ExtraFlags 1, or a documented plan name with any flags
 * (docs/superoffice/licenses.md#4-extraflags-and-extrainfo and #5-plans-and-tier-detection).
 */
export function isPlanRow(name: string, { extraFlags }: { readonly extraFlags: number }): boolean {
  return extraFlags === 1 || isNamedPlan(name);
}
