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

/** A module name that stands for user plans of today. */
export type PlanModule = keyof typeof planModules;

/**
 * The user plans of version 8 and 9 and the solutions they were for
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection).
 */
const oldPlans = {
  'superlicense-contact-manager': [],
  'superlicense-sales-pro': ['sales'],
  'superlicense-marketing-pro': ['marketing'],
  'superlicense-service-pro': ['service'],
  'superlicense-complete': ['sales', 'service', 'marketing'],
  'superlicense-assistant': [],
} as const satisfies Record<string, readonly Solution[]>;

/** A module name that stands for a user plan of version 8 or 9. */
export type OldPlanModule = keyof typeof oldPlans;

/**
 * The plan module that says that a user has no plan
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection).
 */
export const noPlanModule = 'superlicense-no-selection';

/** Whether a module name is one of the seven plan names. */
export function isPlanModule(name: string): name is PlanModule {
  return Object.hasOwn(planModules, name);
}

/** The solutions a plan module gives, in published order. */
export function getPlanModuleSolutions(module: PlanModule): readonly Solution[] {
  return planModules[module];
}

/** The module name that serves a plan with these tiers; null for no solution at all. */
export function planModuleFor(tiers: PerSolution<PlanTier>): PlanModule | null {
  const name = `ten-${solutions.filter((each) => tiers[each] !== 'none').join('')}`;
  return isPlanModule(name) ? name : null;
}

/** Whether a module name is a user plan of version 8 or 9. */
export function isOldPlanModule(name: string): name is OldPlanModule {
  return Object.hasOwn(oldPlans, name);
}

/** The solutions a user plan of version 8 or 9 was for. */
export function getOldPlanSolutions(module: OldPlanModule): readonly Solution[] {
  return oldPlans[module];
}

/** Whether a name alone tells a plan, whatever its flags: values other than 0, 1 and 2 are not documented. */
export function isNamedPlan(name: string): boolean {
  return isPlanModule(name) || isOldPlanModule(name) || name === noPlanModule;
}

/**
 * Whether a row is a user plan: by ExtraFlags 1, or by a documented name whatever its flags
 * (docs/superoffice/licenses.md#4-extraflags-and-extrainfo and #5-plans-and-tier-detection).
 */
export function isPlanRow(name: string, { extraFlags }: { readonly extraFlags: number }): boolean {
  return extraFlags === 1 || isNamedPlan(name);
}
