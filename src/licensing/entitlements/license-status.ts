import type { LicenseLookup } from '../licenses/license-index.ts';
import type { Evidence } from './entitlement.ts';
import type { FeatureRule } from './rules.ts';

/** What the license data says of one kind of license of a feature. */
export type LicenseWord = 'present' | 'absent' | 'untold' | 'none-known';

/** What the license data says of a feature. */
export interface LicenseWords {
  readonly site: LicenseWord;
  readonly user: LicenseWord;
}

/** What the license data says of a feature's site license (any one of them) and user licenses (all of them). */
export function licenseWordsOn({ site, user }: FeatureRule, lookup: LicenseLookup): LicenseWords {
  const anySite = site.some((name) => lookup.site.has(name));
  const everyUser = user.every((name) => lookup.user.has(name));
  return { site: word(site, anySite, lookup.siteTold), user: word(user, everyUser, lookup.userTold) };
}

/** Whether user licenses of its own grant a feature, no site license being known to miss. */
export function isGranted({ hasOwnUserLicense }: FeatureRule, words: LicenseWords): boolean {
  return hasOwnUserLicense && words.user === 'present' && words.site !== 'absent';
}

/** Whether every user license missing for a feature is assumed to leave its screen readable. */
export function staysReadable({ screenLicenses }: FeatureRule, lookup: LicenseLookup): boolean {
  return screenLicenses.every((name) => lookup.user.has(name));
}

/** The module licenses behind a feature, present or absent; alternatives that are absent only where none is present. */
export function moduleEvidence(rule: FeatureRule, lookup: LicenseLookup): readonly Evidence[] {
  const present = rule.site.filter((name) => lookup.site.has(name));
  const site = present.length > 0 || !lookup.siteTold ? present : rule.site;
  const user = rule.user.filter((name) => lookup.userTold || lookup.user.has(name));
  return [
    ...site.map((name) => ({ kind: 'module', scope: 'site', name, present: lookup.site.has(name) }) as const),
    ...user.map((name) => ({ kind: 'module', scope: 'user', name, present: lookup.user.has(name) }) as const),
  ];
}

function word(modules: readonly string[], present: boolean, told: boolean): LicenseWord {
  if (modules.length === 0) return 'none-known';
  if (present) return 'present';
  return told ? 'absent' : 'untold';
}
