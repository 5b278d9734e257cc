import type { GrantedLicense, ModuleLicense } from './license-data.ts';
import { parseLicenseSet } from './license-set.ts';
import { normalizeModuleName, onlySuperOffice } from './module-names.ts';

/** A license row of owner SUPEROFFICE, with its normalized name and the licenses of its `set=`. */
export interface NormalizedLicense<T extends ModuleLicense | GrantedLicense> {
  readonly name: string;
  readonly set: readonly string[];
  readonly license: T;
}

const noSet: readonly string[] = [];

/** Returns the rows of owner SUPEROFFICE in normalized form. */
export function normalizeLicenses<T extends ModuleLicense | GrantedLicense>(
  rows: readonly T[],
): readonly NormalizedLicense<T>[] {
  return onlySuperOffice(rows).map((license) => ({
    name: normalizeModuleName(license.name),
    set: license.extraInfo === '' ? noSet : parseLicenseSet(license.extraInfo),
    license,
  }));
}
