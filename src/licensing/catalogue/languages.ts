/** The six languages in which SuperOffice publishes the plan catalogue. */
export const languages = ['en', 'de', 'no', 'sv', 'da', 'nl'] as const;

/** One of the six languages of the catalogue. */
export type Language = (typeof languages)[number];

/** Whether a language code is one of the six languages. */
export function isLanguage(code: string): code is Language {
  const codes: readonly string[] = languages;
  return codes.includes(code);
}
