import { assignedNames } from './seats.ts';
import type { Tenant, User } from './tenants.ts';

interface Language {
  readonly culture: string;
  /** SuperOffice's legacy language code; documented for English only (`US`), the others are country codes. */
  readonly code: string;
  readonly name: string;
}

const languages: Record<User['language'], Language> = {
  en: { culture: 'en-US', code: 'US', name: 'English' },
  de: { culture: 'de-DE', code: 'GE', name: 'Deutsch' },
  no: { culture: 'nb-NO', code: 'NO', name: 'Norsk' },
  sv: { culture: 'sv-SE', code: 'SV', name: 'Svenska' },
  da: { culture: 'da-DK', code: 'DA', name: 'Dansk' },
  nl: { culture: 'nl-NL', code: 'NL', name: 'Nederlands' },
};

/**
 * Fills the angle-bracket variables of a web panel's URL for a user
 * (docs/superoffice/panels-and-marketplace.md#4-url-variables). Values are percent-encoded as UTF-8 unless
 * the panel's encoding is `None`; a variable unknown to the sandbox becomes empty, and so does `<usec>`,
 * the ticket, which SuperOffice no longer issues.
 */
export function fillPanelUrl(url: string, encoding: string, tenant: Tenant, user: User): string {
  const values = variables(tenant, user);
  return url.replaceAll(/<([a-z0-9?#]{4})>/gi, (_, tag: string) => {
    const value = values[tag.toLowerCase()] ?? '';
    return encoding === 'None' ? value : encodeURIComponent(value);
  });
}

/** The culture of a user's language, such as `de-DE`. */
export function getCulture(user: User): string {
  return languages[user.language].culture;
}

function variables(tenant: Tenant, user: User): Record<string, string> {
  const { culture, code, name } = languages[user.language];
  const names = user.fullName.split(' ');
  const role = tenant.roles.find((row) => row.id === user.roleId);
  return {
    uctx: tenant.contextIdentifier,
    usid: String(user.associateId),
    usec: '',
    lani: user.language,
    lanc: culture,
    lanx: code,
    lang: name,
    'adm?': user.isAdministrator ? 'True' : 'False',
    ufun: (role?.functionRights ?? []).join(','),
    ulic: visibleLicenses(tenant, user).join(','),
    user: user.initials,
    usem: user.userName,
    usfn: names[0] ?? '',
    usln: names.slice(1).join(' '),
    auid: String(user.personId),
    aaid: String(user.associateId),
    auth: user.fullName,
    auem: user.userName,
    owid: '1',
    onam: tenant.companyName,
    'ser#': tenant.serialNr,
    iocn: tenant.companyName,
    clie: 'web',
    pltf: 'web',
    vern: `SuperOffice ${tenant.licenseVersion}`,
    'ver#': tenant.licenseVersion,
  };
}

function visibleLicenses(tenant: Tenant, user: User): string[] {
  const assigned = assignedNames(tenant, user);
  return tenant.modules
    .filter((module) => assigned.has(module.ModuleName) && !module.IsHidden)
    .map((module) => `superoffice.${module.ModuleName}`);
}
