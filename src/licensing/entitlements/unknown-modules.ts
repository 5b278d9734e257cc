import { isPlanRow } from '../catalogue/plan-modules.ts';
import type { GrantedLicense, ModuleLicense } from '../licenses/license-data.ts';
import { parseLicenseSet } from '../licenses/license-set.ts';
import { isSuperOffice, moduleName } from '../licenses/module-names.ts';
import type { Rules } from './rules.ts';

/**
 * Module names nobody has heard of, by compared name, as SuperOffice sent them; those only in a plan's `set=` count
 * too, and partner modules carry their owner (`ACME.tool`). They decide nothing and are shown as they are.
 */
export function unknownModules(
  licenses: readonly (ModuleLicense | GrantedLicense)[],
  { knows }: Rules,
): ReadonlyMap<string, string> {
  const own = licenses.filter(({ owner }) => isSuperOffice(owner));
  const foreign = licenses.filter(({ owner }) => !isSuperOffice(owner));
  const plans = own.filter((row) => isPlanRow(moduleName(row.name), row));
  const inSets = plans.flatMap(({ extraInfo }) => parseLicenseSet(extraInfo));
  const told = [...own.map(({ name }) => name.trim()), ...inSets].filter((name) => !knows(moduleName(name)));
  const shown = [...told, ...foreign.map(({ owner, name }) => `${owner}.${name}`)];
  // Of several spellings one is shown, and the same whatever their order: capitals come first.
  return new Map(
    shown
      .sort()
      .toReversed()
      .map((name) => [name.toLowerCase(), name]),
  );
}
