/** SuperOffice's codes of the app's languages (docs/superoffice/web-api.md#2-headers-and-credentials). */
const codes = { en: 'US', de: 'GE', no: 'NO', sv: 'SW', da: 'DA', nl: 'NL' } as const;

/** A text in the languages of the app; without a translation, English applies. */
export type Translations = Readonly<{ en: string } & Partial<Record<keyof typeof codes, string | undefined>>>;

/**
 * Joins translations into the one text that SuperOffice shows in the language of the reader. A text that has only English
 * stays as it is.
 *
 * @example
 * toMultiLanguageText({ en: 'Supplier', no: 'Leverandør' })
 * // → 'US:"Supplier";NO:"Leverandør"'
 */
export function toMultiLanguageText(translations: Translations): string {
  const parts = Object.entries(codes).flatMap(([language, code]) => {
    const text = translations[language as keyof typeof codes];
    return text === undefined ? [] : [`${code}:"${text}"`];
  });
  return parts.length === 1 ? translations.en : parts.join(';');
}

/** The English part of a multi-language text; the text itself if it has no parts. */
export function readEnglish(text: string): string {
  return /(?:^|;)US:"([^"]*)"/.exec(text)?.[1] ?? text;
}
