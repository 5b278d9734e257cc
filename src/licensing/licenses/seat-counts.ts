import { isPlanModule, isPlanRow, noPlanModule } from '../catalogue/plan-modules.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { groupBy, sortedUnique } from './collections.ts';
import type { ModuleLicense } from './license-data.ts';
import { parseLicenseSet } from './license-set.ts';

/**
 * All versions of each module (docs/superoffice/licenses.md#2-carriers-and-tables), sorted by compared name.
 */
export type Modules = ReadonlyMap<string, readonly ModuleLicense[]>;

/** A plan row as the count check sees it. */
export interface PlanRow {
  readonly plan: string;
  readonly set: readonly string[];
  /** Null where it has no limit or none was told. */
  readonly seats: number | null;
  readonly promisesSet: boolean;
}

/** A row as a plan, if it may be one: a flag nobody documented may mean a plan too, but then its set is not told. */
export function planRow(plan: string, row: ModuleLicense): readonly PlanRow[] {
  const { extraFlags, extraInfo } = row;
  const isPlan = isPlanRow(plan, row);
  if (!isPlan && isDocumented(extraFlags)) return [];
  const set = isPlan ? parseLicenseSet(extraInfo) : [];
  const promisesSet = extraFlags === 1 ? plan !== noPlanModule : isPlanModule(plan);
  return [{ plan, set, seats: sumPurchased([row]), promisesSet }];
}

/**
 * Whether a value of ExtraFlags is one of the documented ones
 * (docs/superoffice/licenses.md#4-extraflags-and-extrainfo).
 */
export function isDocumented(extraFlags: number): boolean {
  return [0, 1, 2].includes(extraFlags);
}

/**
 * The count check: a user license numbers the seats of the plans that contain it. Each version is a row, so a purchase,
 * of its own: the numbers of all versions add up, of plans as of licenses.
 */
export function differingCounts(modules: Modules, plans: readonly PlanRow[]): readonly Diagnostic[] {
  const allKnown = plans.every(({ plan, set }) => set.length > 0 || plan === noPlanModule);
  const contained = plans.flatMap((plan) => plan.set.map((module) => [module, plan] as const));
  return [...groupBy(contained, ([module]) => module)].flatMap(([module, containing]) => {
    const rows = modules.get(module) ?? [];
    const purchased = sumPurchased(rows);
    if (purchased === null || rows.some(({ scope }) => scope !== 'user')) return [];
    const inPlans = sum(containing.map(([, { seats }]) => seats ?? 0));
    const plansKnown = allKnown && containing.every(([, { seats }]) => seats !== null);
    // Visible licenses may be bought beside plans.
    const exact = plansKnown && rows.every(({ hidden }) => hidden);
    if (exact ? purchased === inPlans : purchased >= inPlans) return [];
    const names = sortedUnique(containing.map(([, { plan }]) => plan));
    return [{ kind: 'seat-count-differs', module, purchased, inPlans, plans: names }];
  });
}

/**
 * How many were bought in all versions; null where there is no limit or one is not told: none is 0
 * (docs/superoffice/licenses.md#4-extraflags-and-extrainfo).
 */
export function sumPurchased(rows: readonly ModuleLicense[]): number | null {
  const told = rows.every((row) => !row.unrestricted && row.purchased > 0 && isCount(row.purchased));
  return told && rows.length > 0 ? sum(rows.map(({ purchased }) => purchased)) : null;
}

/**
 * Whether a number can be one of licenses, which are UInt in the database
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

/** Adds up numbers. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
