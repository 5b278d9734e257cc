import { isPlanModule, isPlanRow, noPlanModule } from '../catalogue/plan-modules.ts';
import { groupBy, sortedUnique } from '../licenses/collections.ts';
import { sum, sumPurchased } from '../licenses/license-counts.ts';
import type { ModuleLicense } from '../licenses/license-data.ts';
import { parseLicenseSet } from '../licenses/license-set.ts';
import type { Diagnostic } from './diagnostic.ts';

/**
 * The rows of each module, one per version, sorted by normalized name
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export type ModuleRows = ReadonlyMap<string, readonly ModuleLicense[]>;

/** A plan row with what the seat count check compares. */
export interface CountedPlanRow {
  /** The normalized module name. */
  readonly plan: string;
  readonly set: readonly string[];
  /** Null if the row has no limit or reports no number. */
  readonly seats: number | null;
  /** Whether a plan of this name and flag has a `set=`. */
  readonly expectsSet: boolean;
}

/**
 * Reads a row as a plan row; empty if it is not one. A row with an undocumented flag is possibly a plan, so it is
 * included without a set.
 */
export function toCountedPlanRows(plan: string, row: ModuleLicense): readonly CountedPlanRow[] {
  const { extraFlags, extraInfo } = row;
  const isPlan = isPlanRow(plan, row);
  if (!isPlan && isDocumentedFlag(extraFlags)) return [];
  const set = isPlan ? parseLicenseSet(extraInfo) : [];
  const expectsSet = extraFlags === 1 ? plan !== noPlanModule : isPlanModule(plan);
  return [{ plan, set, seats: sumPurchased([row]), expectsSet }];
}

/** Whether an ExtraFlags value is documented (docs/superoffice/licenses.md#4-extraflags-and-extrainfo). */
export function isDocumentedFlag(extraFlags: number): boolean {
  return [0, 1, 2].includes(extraFlags);
}

/**
 * Finds user licenses whose purchased count differs from the seats of the plans that contain them. Each version is a
 * separate purchase, so the counts of all versions are added up, for plans and for licenses.
 */
export function checkSeatCounts(
  modules: ModuleRows,
  plans: readonly CountedPlanRow[],
): readonly Diagnostic[] {
  const allSetsKnown = plans.every(({ plan, set }) => set.length > 0 || plan === noPlanModule);
  const contained = plans.flatMap((plan) => plan.set.map((module) => [module, plan] as const));
  return [...groupBy(contained, ([module]) => module)].flatMap(([module, containing]) => {
    const rows = modules.get(module) ?? [];
    const purchased = sumPurchased(rows);
    if (purchased === null || rows.some(({ scope }) => scope !== 'user')) return [];
    const inPlans = sum(containing.map(([, { seats }]) => seats ?? 0));
    const seatsKnown = allSetsKnown && containing.every(([, { seats }]) => seats !== null);
    // A visible license can also be purchased separately from plans.
    const exact = seatsKnown && rows.every(({ hidden }) => hidden);
    if (exact ? purchased === inPlans : purchased >= inPlans) return [];
    const names = sortedUnique(containing.map(([, { plan }]) => plan));
    return [{ kind: 'seat-count-differs', module, purchased, inPlans, plans: names }];
  });
}
