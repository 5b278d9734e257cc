const superOfficeOwner = 'superoffice';
const usualOwner = 'SUPEROFFICE';

/**
 * Whether the owner of a license row is SuperOffice. Partners can issue modules with the same names
 * (docs/superoffice/licenses.md#1-rules).
 */
export function isSuperOffice(owner: string): boolean {
  return owner === usualOwner || owner.trim().toLowerCase() === superOfficeOwner;
}

/** Normalizes a module name: trimmed, in lower case, without the prefix `superoffice.`. */
export function normalizeModuleName(name: string): string {
  const lower = name.trim().toLowerCase();
  return lower.startsWith(`${superOfficeOwner}.`) ? lower.slice(superOfficeOwner.length + 1).trim() : lower;
}

/** Returns the rows of owner SUPEROFFICE. */
export function onlySuperOffice<T extends { readonly owner: string }>(rows: readonly T[]): readonly T[] {
  return rows.filter((row) => isSuperOffice(row.owner));
}
