import type { GrantedLicense } from './license-data.ts';

/** A granted license beside its compared name. */
export interface Granted {
  readonly name: string;
  readonly license: GrantedLicense;
}

const forEver = '9999-12-31';
const nothing: ReadonlyMap<string, string> = new Map();

/**
 * The last day of each license that no longer counts, by compared name; `today` is `YYYY-MM-DD`. A license granted in
 * several versions counts as long as one of them does; what only plans assign counts as long as one of these plans.
 */
export function findExpiredLicenses(
  granted: readonly Granted[],
  plans: readonly { readonly name: string; readonly set: readonly string[] }[],
  today: string,
): ReadonlyMap<string, string> {
  if (!granted.some(({ license }) => (license.expiryDate ?? forEver) < today)) return nothing;
  const days = lastDays(granted);
  for (const { name, set } of plans) {
    const day = days.get(name) ?? forEver;
    for (const each of set) if (!granted.some((other) => other.name === each)) keepLater(days, each, day);
  }
  return new Map([...days].filter(([, day]) => day < today));
}

function lastDays(granted: readonly Granted[]): Map<string, string> {
  const days = new Map<string, string>();
  for (const { name, license } of granted) keepLater(days, name, license.expiryDate ?? forEver);
  return days;
}

function keepLater(days: Map<string, string>, name: string, day: string): void {
  if (day > (days.get(name) ?? '')) days.set(name, day);
}
