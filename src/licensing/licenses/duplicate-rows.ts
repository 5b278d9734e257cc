import type { ModuleLicense } from './license-data.ts';

/**
 * The rows of one module, each once: rows alike in all but the spelling of owner and name are one row told
 * again. Rows of different versions are purchases of their own
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export function dedupeRows(rows: readonly ModuleLicense[]): readonly ModuleLicense[] {
  const told = new Set<string>();
  return rows.filter((row) => {
    const telling = rowIdentity(row);
    const isNew = !told.has(telling);
    told.add(telling);
    return isNew;
  });
}

/** What tells two rows of one module apart: all but how its owner and its name are spelt. */
function rowIdentity({ owner: _owner, name: _name, seats, ...row }: ModuleLicense): string {
  const all = [...Object.entries(row), ['inUse', seats?.inUse], ['free', seats?.free]];
  // As texts: JSON knows no NaN. With its type: data may hold anything.
  return JSON.stringify(all.map(([member, value]) => [member, typeof value, String(value)]).sort());
}
