import type { LicenseIndex } from '../licenses/license-index.ts';
import type { Evidence } from './entitlement.ts';
import type { FeatureRule } from './rules.ts';

/** What the license data says of one kind of license of a feature. */
type LicenseStatus = 'present' | 'absent' | 'unknown' | 'none-known';

/** What the license data says of a feature. */
export interface LicenseStatuses {
  readonly site: LicenseStatus;
  readonly user: LicenseStatus;
}

/** What the license data says of a feature's site license (any one of them) and user licenses (all of them). */
export function licenseStatusFor({ site, user }: FeatureRule, licenseIndex: LicenseIndex): LicenseStatuses {
  const anySite = site.some((name) => licenseIndex.site.has(name));
  const everyUser = user.every((name) => licenseIndex.user.has(name));
  return {
    site: word(site, anySite, licenseIndex.siteLicensesKnown),
    user: word(user, everyUser, licenseIndex.userLicensesKnown),
  };
}

/** Whether user licenses of its own grant a feature, no site license being known to miss. */
export function isGranted({ hasOwnUserLicense }: FeatureRule, statuses: LicenseStatuses): boolean {
  return hasOwnUserLicense && statuses.user === 'present' && statuses.site !== 'absent';
}

/** Whether every user license missing for a feature is assumed to leave its screen readable. */
export function staysReadable({ screenLicenses }: FeatureRule, licenseIndex: LicenseIndex): boolean {
  return screenLicenses.every((name) => licenseIndex.user.has(name));
}

/** The module licenses behind a feature, present or absent; alternatives that are absent only where none is present. */
export function moduleEvidence(rule: FeatureRule, licenseIndex: LicenseIndex): readonly Evidence[] {
  const present = rule.site.filter((name) => licenseIndex.site.has(name));
  const site = present.length > 0 || !licenseIndex.siteLicensesKnown ? present : rule.site;
  const user = rule.user.filter((name) => licenseIndex.userLicensesKnown || licenseIndex.user.has(name));
  return [
    ...site.map(
      (name) => ({ kind: 'module', scope: 'site', name, present: licenseIndex.site.has(name) }) as const,
    ),
    ...user.map(
      (name) => ({ kind: 'module', scope: 'user', name, present: licenseIndex.user.has(name) }) as const,
    ),
  ];
}

function word(modules: readonly string[], present: boolean, told: boolean): LicenseStatus {
  if (modules.length === 0) return 'none-known';
  if (present) return 'present';
  return told ? 'absent' : 'unknown';
}
