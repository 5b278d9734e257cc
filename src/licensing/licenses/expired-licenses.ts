import type { GrantedLicense } from './license-data.ts';
import type { NormalizedLicense } from './normalized-license.ts';

type NormalizedGrant = Pick<NormalizedLicense<GrantedLicense>, 'name' | 'license'>;

const noExpiry = '9999-12-31';
const noneExpired: ReadonlyMap<string, string> = new Map();

/**
 * Finds the expired licenses: their last day by normalized name. `today` is `YYYY-MM-DD`. A license granted in several
 * versions is valid as long as one of them is; a license that only plans assign is valid as long as one of these plans.
 */
export function findExpiredLicenses(
  granted: readonly NormalizedGrant[],
  plans: readonly { readonly name: string; readonly set: readonly string[] }[],
  today: string,
): ReadonlyMap<string, string> {
  if (!granted.some(({ license }) => (license.expiryDate ?? noExpiry) < today)) return noneExpired;
  const days = findLastDays(granted);
  for (const { name, set } of plans) {
    const day = days.get(name) ?? noExpiry;
    for (const each of set) if (!granted.some((other) => other.name === each)) setIfLater(days, each, day);
  }
  return new Map([...days].filter(([, day]) => day < today));
}

function findLastDays(granted: readonly NormalizedGrant[]): Map<string, string> {
  const days = new Map<string, string>();
  for (const { name, license } of granted) setIfLater(days, name, license.expiryDate ?? noExpiry);
  return days;
}

function setIfLater(days: Map<string, string>, name: string, day: string): void {
  if (day > (days.get(name) ?? '')) days.set(name, day);
}
