const ownOwner = 'superoffice';

/**
 * Whether an owner is SuperOffice itself; partners issue modules of the same names
 * (docs/superoffice/licenses.md#1-rules).
 */
export function isSuperOffice(owner: string): boolean {
  return owner.trim().toLowerCase() === ownOwner;
}

/** A module name as it is compared: lower case, trimmed, without the `superoffice.` texts write before it. */
export function moduleName(name: string): string {
  const lower = name.trim().toLowerCase();
  return lower.startsWith(`${ownOwner}.`) ? lower.slice(ownOwner.length + 1).trim() : lower;
}

/** Only the rows SuperOffice itself owns. */
export function onlySuperOffice<T extends { readonly owner: string }>(rows: readonly T[]): readonly T[] {
  return rows.filter((row) => isSuperOffice(row.owner));
}
