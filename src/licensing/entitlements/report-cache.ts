import type { GrantedLicense, UserLicenses } from '../licenses/license-data.ts';
import type { EntitlementReport } from './entitlement-report.ts';

/** Returns the report on a user. */
type CreateReport = (user: UserLicenses) => EntitlementReport;

/** Limits memory: a report takes about 50 kB. A higher limit does not help if all users differ. */
const maxCachedReports = 64;

/** Memoizes reports: users with the same licenses and function rights share one. Most tenants have few such groups. */
export function memoizeReports(createReport: CreateReport): CreateReport {
  // The key is a hash of the names, which is cheap; users with the same key are then compared in full.
  const cache = new Map<number, { readonly user: UserLicenses; readonly report: EntitlementReport }[]>();
  let size = 0;
  return (user) => {
    const key = toCacheKey(user);
    const cached = cache.get(key)?.find((each) => hasSameLicenses(each.user, user));
    if (cached !== undefined) return cached.report;
    const report = createReport(user);
    if (size === maxCachedReports) {
      cache.clear();
      size = 0;
    }
    size += 1;
    cache.set(key, [...(cache.get(key) ?? []), { user, report }]);
    return report;
  };
}

/**
 * Memoizes what follows from the decisions for a user and the granted licenses, on every day. Users share it who share both,
 * as the users of one plan do (src/snapshots/share-rows.ts).
 */
export function memoizeByDecisions<T>(
  find: (user: UserLicenses, report: EntitlementReport) => T,
): (user: UserLicenses, report: EntitlementReport) => T {
  type ByCompleteness = Map<boolean, T>;
  const cache = new WeakMap<
    EntitlementReport['features'],
    WeakMap<UserLicenses['granted'], ByCompleteness>
  >();
  return (user, report) => {
    const byLicenses = cache.get(report.features) ?? new WeakMap<UserLicenses['granted'], ByCompleteness>();
    cache.set(report.features, byLicenses);
    const found = byLicenses.get(user.granted) ?? new Map<boolean, T>();
    byLicenses.set(user.granted, found);
    const known = found.get(user.complete) ?? find(user, report);
    found.set(user.complete, known);
    return known;
  };
}

function toCacheKey({ granted, functionRights }: UserLicenses): number {
  let hash = 0;
  for (const { name } of granted) hash = addToHash(hash, name);
  for (const right of functionRights ?? []) hash = addToHash(hash, right);
  return hash;
}

/** Adds a text to a hash, as the hash of strings in Java does. */
function addToHash(hash: number, text: string): number {
  let sum = hash;
  for (let at = 0; at < text.length; at += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
  return sum;
}

function hasSameLicenses(a: UserLicenses, b: UserLicenses): boolean {
  return (
    a.complete === b.complete &&
    a.granted.length === b.granted.length &&
    a.granted.every((license, index) => isSameLicense(license, b.granted[index])) &&
    hasSameRights(a.functionRights, b.functionRights)
  );
}

function hasSameRights(a: UserLicenses['functionRights'], b: UserLicenses['functionRights']): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((right, index) => right === b[index]);
}

function isSameLicense(a: GrantedLicense, b: GrantedLicense | undefined): boolean {
  return (
    a === b ||
    (a.name === b?.name &&
      a.owner === b.owner &&
      a.scope === b.scope &&
      a.description === b.description &&
      a.expiryDate === b.expiryDate &&
      a.extraFlags === b.extraFlags &&
      a.extraInfo === b.extraInfo)
  );
}
