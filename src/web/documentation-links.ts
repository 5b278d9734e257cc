import type { Language } from '../licensing/catalogue/languages.ts';
import type { PublishedPage } from '../licensing/catalogue/published-requirement.ts';

/**
 * The address of a page of SuperOffice's documentation in a language, or else in English. The form of the address is that
 * of the site of 2026 (docs/superoffice/changes-2026.md#1-license-tier-and-right-as-data).
 */
export function documentationUrl({ path, languages }: PublishedPage, language: Language): string {
  const prefix = path.startsWith('/') ? '' : `/${languages.includes(language) ? language : 'en'}/`;
  return `https://docs.superoffice.com${prefix}${path}`;
}
