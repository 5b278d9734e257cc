import type { ModuleLicense } from './license-data.ts';

/**
 * The number purchased, summed over all versions of a module; null if a row has no limit or reports no number. A
 * reported 0 counts as no number (docs/superoffice/licenses.md#4-extraflags-and-extrainfo).
 */
export function sumPurchased(rows: readonly ModuleLicense[]): number | null {
  const known = rows.every((row) => !row.unrestricted && row.purchased > 0 && isCount(row.purchased));
  return known && rows.length > 0 ? sum(rows.map(({ purchased }) => purchased)) : null;
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
