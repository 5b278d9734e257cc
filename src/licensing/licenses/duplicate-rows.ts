import type { ModuleLicense } from './license-data.ts';

/**
 * Removes duplicate rows of one module: rows that differ only in the spelling of owner and name. Rows of different
 * versions are separate purchases (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export function dedupeRows(rows: readonly ModuleLicense[]): readonly ModuleLicense[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const identity = toRowIdentity(row);
    const isNew = !seen.has(identity);
    seen.add(identity);
    return isNew;
  });
}

// All fields except owner and name.
function toRowIdentity({ owner: _owner, name: _name, seats, ...row }: ModuleLicense): string {
  const all = [...Object.entries(row), ['inUse', seats?.inUse], ['free', seats?.free]];
  // String and type, because JSON has no NaN and the data can have unexpected types.
  return JSON.stringify(all.map(([field, value]) => [field, typeof value, String(value)]).sort());
}
