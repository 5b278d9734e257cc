import { type CatalogueRow, catalogue } from './catalogue.ts';
import type { Evidence } from './entitlement.ts';
import type { KnownModule } from './known-modules.ts';
import type { LicenseLookup } from './license-lookup.ts';

/** What the license data says of one kind of license of a feature. */
export type LicenseWord = 'present' | 'absent' | 'untold' | 'none-known';

/** What the license data says of a feature. */
export interface LicenseWords {
  readonly site: LicenseWord;
  readonly user: LicenseWord;
}

/**
 * User licenses documented as editing only: the screen stays, read-only, without them
 * (license name constants; `stakeholder` and `dash` are the viewing, their CALs the editing).
 */
const editingLicenses: ReadonlySet<KnownModule> = new Set([
  'sale-cal',
  'selection-cal',
  'target-cal',
  'project-cal',
  'report-cal',
  'relation-cal',
  'stakeholder-cal',
  'dash-cal',
]);

const commonUserModules: ReadonlySet<KnownModule> = new Set(
  catalogue.filter((row) => row.solution === 'common').flatMap((row) => row.userModules),
);

/** What the license data says of a row's site license (any one of them) and user licenses (all of them). */
export function licenseWordsOn(row: CatalogueRow, lookup: LicenseLookup): LicenseWords {
  const anySite = row.siteModules.some((name) => lookup.site.has(name));
  const everyUser = row.userModules.every((name) => lookup.user.has(name));
  return {
    site: word(row.siteModules, anySite, lookup.siteTold),
    user: word(row.userModules, everyUser, lookup.userTold),
  };
}

/**
 * Whether a row has a user license that speaks for it alone. A site license says only that the feature is in the
 * tenant, and `report-cal` is in every plan: holding those is no sign of standard *service* reports.
 */
export function hasOwnUserLicense(row: CatalogueRow): boolean {
  return row.userModules.some((name) => row.solution === 'common' || !commonUserModules.has(name));
}

/** Whether the user licenses missing for a row are all documented to leave it readable. */
export function staysReadable(row: CatalogueRow, lookup: LicenseLookup): boolean {
  return row.userModules.every((name) => lookup.user.has(name) || editingLicenses.has(name));
}

/** The module licenses behind a row, present or absent; alternatives that are absent only where none is present. */
export function moduleEvidence(row: CatalogueRow, lookup: LicenseLookup): readonly Evidence[] {
  const present = row.siteModules.filter((name) => lookup.site.has(name));
  const site = present.length > 0 || !lookup.siteTold ? present : row.siteModules;
  const user = row.userModules.filter((name) => lookup.userTold || lookup.user.has(name));
  return [
    ...site.map((name) => ({ kind: 'module', scope: 'site', name, present: lookup.site.has(name) }) as const),
    ...user.map((name) => ({ kind: 'module', scope: 'user', name, present: lookup.user.has(name) }) as const),
  ];
}

function word(modules: readonly KnownModule[], present: boolean, told: boolean): LicenseWord {
  if (modules.length === 0) return 'none-known';
  if (present) return 'present';
  return told ? 'absent' : 'untold';
}
