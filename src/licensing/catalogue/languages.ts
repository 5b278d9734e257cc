/** The six languages SuperOffice publishes the plan catalogue in. */
export const languages = ['en', 'de', 'no', 'sv', 'da', 'nl'] as const;

/** One of the six languages of the catalogue. */
export type Language = (typeof languages)[number];

/** Whether a language code is one of the six. */
export function isLanguage(code: string): code is Language {
  const codes: readonly string[] = languages;
  return codes.includes(code);
}
