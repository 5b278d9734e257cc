import type { ModuleLicense } from './license-data.ts';

/**
 * The number purchased, summed over all versions of a module; null if a row has no limit or reports no number. A
 * reported 0 counts as no number (docs/superoffice/licenses.md#4-extraflags-and-extrainfo).
 */
export function sumPurchased(
  rows: readonly Pick<ModuleLicense, 'purchased' | 'unrestricted'>[],
): number | null {
  const known = rows.every((row) => !row.unrestricted && row.purchased > 0 && isCount(row.purchased));
  return known && rows.length > 0 ? sum(rows.map(({ purchased }) => purchased)) : null;
}

/** The seats in use of a row; null if they are not reported. */
export function countInUse({ seats }: Pick<ModuleLicense, 'seats'>): number | null {
  return seats?.inUse != null && isCount(seats.inUse) ? seats.inUse : null;
}

/**
 * The free seats of a row, below 0 if more are in use than purchased; null if unknown. A missing number is the
 * difference of the other two, and so is one that hides an excess: the total is what is free plus what is in use
 * (docs/superoffice/licenses.md#21-carriers).
 */
export function countFree(row: Pick<ModuleLicense, 'purchased' | 'seats' | 'unrestricted'>): number | null {
  const purchased = sumPurchased([row]);
  const inUse = countInUse(row);
  const reported = row.seats?.free ?? null;
  const free = reported !== null && Number.isInteger(reported) ? reported : null;
  if (purchased === null || inUse === null) return free;
  return free === null || inUse > purchased ? purchased - inUse : free;
}

/**
 * Whether a number can be a license count, which is a UInt in the database
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

/** The sum of the numbers; 0 for an empty list. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
