import { isPlanRow } from '../catalogue/plan-modules.ts';
import type { GrantedLicense, ModuleLicense } from '../licenses/license-data.ts';
import { isSuperOffice } from '../licenses/module-names.ts';
import type { NormalizedLicense } from '../licenses/normalized-license.ts';
import type { Rules } from './rules.ts';

/**
 * Finds the module names that are neither documented nor in an assumption: the name as sent, by normalized name. Names in
 * the `set=` of a plan are included, and partner modules have their owner as prefix (`ACME.tool`). Unknown modules are
 * displayed but do not affect decisions. `normalized` are the licenses of SuperOffice among `licenses`.
 */
export function findUnknownModules(
  licenses: readonly (ModuleLicense | GrantedLicense)[],
  normalized: readonly NormalizedLicense<ModuleLicense | GrantedLicense>[],
  { isKnownModule }: Rules,
): ReadonlyMap<string, string> {
  const names: string[] = [];
  for (const { name, set, license } of normalized) {
    if (!isKnownModule(name)) names.push(license.name.trim());
    if (isPlanRow(name, license)) names.push(...set.filter((each) => !isKnownModule(each)));
  }
  if (normalized.length < licenses.length) {
    const foreign = licenses.filter(({ owner }) => !isSuperOffice(owner));
    names.push(...foreign.map(({ owner, name }) => `${owner}.${name}`));
  }
  // If a name has several spellings, the first by code unit is displayed, regardless of the order of the licenses.
  return new Map(
    names
      .sort()
      .toReversed()
      .map((name) => [name.toLowerCase(), name]),
  );
}
