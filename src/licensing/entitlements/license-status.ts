import type { LicenseIndex } from '../licenses/license-index.ts';
import type { Evidence } from './entitlement.ts';
import type { FeatureRule } from './rules.ts';

/**
 * The status of the site licenses or the user licenses of a feature. `none-known`: the rule
 * names no license of this kind.
 */
type LicenseStatus = 'present' | 'absent' | 'unknown' | 'none-known';

/** The license statuses of a feature. */
export interface LicenseStatuses {
  readonly site: LicenseStatus;
  readonly user: LicenseStatus;
}

/** Returns the license statuses of a feature. Any one of its site licenses and all of its user licenses are needed. */
export function licenseStatusFor({ site, user }: FeatureRule, licenseIndex: LicenseIndex): LicenseStatuses {
  const anySite = site.some((name) => licenseIndex.site.has(name));
  const everyUser = user.every((name) => licenseIndex.user.has(name));
  return {
    site: toStatus(site, anySite, licenseIndex.siteLicensesKnown),
    user: toStatus(user, everyUser, licenseIndex.userLicensesKnown),
  };
}

/** Whether a feature's own user licenses grant it. Its site license must not be absent. */
export function isGranted({ hasOwnUserLicense }: FeatureRule, statuses: LicenseStatuses): boolean {
  return hasOwnUserLicense && statuses.user === 'present' && statuses.site !== 'absent';
}

/** Whether the feature's screen is assumed to stay readable without the missing user licenses. */
export function staysReadable({ screenLicenses }: FeatureRule, licenseIndex: LicenseIndex): boolean {
  return screenLicenses.every((name) => licenseIndex.user.has(name));
}

/**
 * Returns the module licenses of a feature as evidence. Absent alternatives are listed only if none is present,
 * and licenses of an add-on only if they are present.
 */
export function moduleEvidence(rule: FeatureRule, licenseIndex: LicenseIndex): readonly Evidence[] {
  const present = rule.site.filter((name) => licenseIndex.site.has(name));
  const needed = present.length > 0 || !licenseIndex.siteLicensesKnown ? present : rule.site;
  const site = [...needed, ...rule.addOnLicenses.filter((name) => licenseIndex.site.has(name))];
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

function toStatus(modules: readonly string[], isPresent: boolean, isKnown: boolean): LicenseStatus {
  if (modules.length === 0) return 'none-known';
  if (isPresent) return 'present';
  return isKnown ? 'absent' : 'unknown';
}
