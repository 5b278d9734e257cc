import { isPlanRow } from '../catalogue/plan-modules.ts';
import type { GrantedLicense, ModuleLicense } from '../licenses/license-data.ts';
import { parseLicenseSet } from '../licenses/license-set.ts';
import { isSuperOffice, normalizeModuleName } from '../licenses/module-names.ts';
import type { Rules } from './rules.ts';

/**
 * Finds the module names that are neither documented nor in an assumption: the name as sent, by normalized name. Names in
 * the `set=` of a plan are included, and partner modules have their owner as prefix (`ACME.tool`). Unknown modules are
 * displayed but do not affect decisions.
 */
export function findUnknownModules(
  licenses: readonly (ModuleLicense | GrantedLicense)[],
  { isKnownModule }: Rules,
): ReadonlyMap<string, string> {
  const own = licenses.filter(({ owner }) => isSuperOffice(owner));
  const foreign = licenses.filter(({ owner }) => !isSuperOffice(owner));
  const plans = own.filter((row) => isPlanRow(normalizeModuleName(row.name), row));
  const inSets = plans.flatMap(({ extraInfo }) => parseLicenseSet(extraInfo));
  const unknown = [...own.map(({ name }) => name.trim()), ...inSets].filter(
    (name) => !isKnownModule(normalizeModuleName(name)),
  );
  const names = [...unknown, ...foreign.map(({ owner, name }) => `${owner}.${name}`)];
  // If a name has several spellings, the first by code unit is displayed, regardless of the order of the licenses.
  return new Map(
    names
      .sort()
      .toReversed()
      .map((name) => [name.toLowerCase(), name]),
  );
}
