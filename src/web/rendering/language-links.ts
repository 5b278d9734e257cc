import type { Language } from './i18n.ts';

/** Each language by its own name. */
const names: Readonly<Record<Language['code'], string>> = {
  en: 'English',
  de: 'Deutsch',
  no: 'Norsk',
  sv: 'Svenska',
  da: 'Dansk',
  nl: 'Nederlands',
};

/** A link to the same page in another language. */
export interface LanguageLink {
  readonly name: string;
  readonly code: string;
  /** Relative: it replaces the query of the page. */
  readonly href: string;
  readonly isCurrent: boolean;
}

/** Links to the page in every language; `query` is what else they keep of its query. */
export function languageLinks(current: Language, query = ''): readonly LanguageLink[] {
  return Object.entries(names).map(([code, name]) => ({
    name,
    code,
    href: `?lang=${code}${query && `&${query}`}`,
    isCurrent: code === current.code,
  }));
}
