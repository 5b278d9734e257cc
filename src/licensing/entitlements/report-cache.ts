import type { GrantedLicense, UserLicenses } from '../licenses/license-data.ts';
import type { EntitlementReport } from './entitlement-report.ts';
import type { TenantIndex } from './user-report.ts';

/** A tenant on one day. */
type TenantOnDay = Pick<TenantIndex, 'licenses' | 'today'>;

interface CachedReport {
  readonly user: UserLicenses;
  readonly today: string;
  readonly report: EntitlementReport;
}

/** Limits memory: a report takes about 50 kB. A higher limit does not help if all users differ. */
const maxCachedReports = 64;

/**
 * Memoizes the reports of one tenant: users with the same licenses and function rights share one, and so do days between
 * which nothing expires. Most tenants have few such groups.
 */
export function memoizeReports<T extends TenantOnDay>(
  createReport: (tenant: T, user: UserLicenses) => EntitlementReport,
): typeof createReport {
  // The key is a hash of the names, which is cheap; users with the same key are then compared in full.
  const cache = new Map<number, readonly CachedReport[]>();
  let size = 0;
  return (tenant, user) => {
    const { today } = tenant;
    const key = toCacheKey(user);
    const cached = cache
      .get(key)
      ?.find((each) => hasSameLicenses(each.user, user) && isUnchanged(each.today, today, tenant, user));
    if (cached !== undefined) return cached.report;
    const report = createReport(tenant, user);
    if (size === maxCachedReports) {
      cache.clear();
      size = 0;
    }
    size += 1;
    cache.set(key, [...(cache.get(key) ?? []), { user, today, report }]);
    return report;
  };
}

/** Whether both days are before, on or after each date of the licenses. */
function isUnchanged(
  one: string,
  other: string,
  { licenses }: TenantOnDay,
  { granted }: UserLicenses,
): boolean {
  if (one === other) return true;
  const isSame = (date: string | null) =>
    date === null || (one < date === other < date && one > date === other > date);
  return (
    (licenses === null ||
      [licenses.expiryDate, licenses.adminWarningDate, licenses.graceDate].every(isSame)) &&
    granted.every(({ expiryDate }) => isSame(expiryDate))
  );
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
