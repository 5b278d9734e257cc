import type { User } from './tenants.ts';

/** SuperOffice's codes of languages in multi-language texts (docs/superoffice/web-api.md#2-headers-and-credentials). */
const codes: Readonly<Record<User['language'], string>> = {
  en: 'US',
  de: 'GE',
  no: 'NO',
  sv: 'SW',
  da: 'DA',
  nl: 'NL',
};

/**
 * The part of a text such as `NO:"Leverandør";US:"Supplier"` in one language, or else in English. Any other text is
 * returned unchanged, as is every text without a language.
 */
export function resolveText(text: string, language: string | null): string {
  if (language === null || !/^[A-Z]{2}:"/.test(text)) return text;
  const parts = new Map([...text.matchAll(/([A-Z]{2}):"([^"]*)"/g)].map(([, code, part]) => [code, part]));
  return parts.get(codes[language as User['language']]) ?? parts.get(codes.en) ?? text;
}
