import type { ModuleLicense } from './license-data.ts';

/** What tells two rows of one module apart: all but how its owner and its name are spelt. */
type Telling = Omit<ModuleLicense, 'owner' | 'name'>;

/**
 * The rows of one module, each once: rows alike in all but the spelling of owner and name are one row told again.
 * Rows of different versions are purchases of their own (licences.md 2).
 */
export function toldOnce(rows: readonly ModuleLicense[]): readonly ModuleLicense[] {
  return rows.filter((row, index) => !rows.slice(0, index).some((earlier) => isAlike(earlier, row)));
}

function isAlike(a: Telling, b: Telling): boolean {
  return (
    a.version === b.version &&
    a.scope === b.scope &&
    a.purchased === b.purchased &&
    a.seats?.inUse === b.seats?.inUse &&
    a.seats?.free === b.seats?.free &&
    a.unrestricted === b.unrestricted &&
    a.hidden === b.hidden &&
    a.extraFlags === b.extraFlags &&
    a.extraInfo === b.extraInfo &&
    a.description === b.description &&
    a.tooltip === b.tooltip &&
    a.prerequisite === b.prerequisite
  );
}
