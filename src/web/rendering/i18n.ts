import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInstance, type TFunction } from 'i18next';
import { isLanguage, type Language as LanguageCode } from '../../licensing/catalogue/languages.ts';

/** The text of a key, with values put in; `count` chooses the plural. */
type Translate = (key: string, values?: Readonly<Record<string, string | number | undefined>>) => string;

/** The words of one language, and how it writes numbers and dates. */
export interface Language {
  readonly code: LanguageCode;
  readonly t: Translate;
  /** A moment, ms since 1970, in UTC: the server knows no better time zone. */
  moment(ms: number): string;
  /** A calendar date `YYYY-MM-DD`. */
  date(iso: string): string;
  number(value: number): string;
  /** Alternatives as this language lists them: `A, B or C`. */
  or(alternatives: readonly string[]): string;
}

export interface Languages {
  readonly codes: readonly string[];
  /** @returns the first language we speak of those wanted (`de`, `de-AT`, SuperOffice's `no`), else English */
  choose(desired: readonly (string | undefined)[]): Language;
}

const fallback = 'en';
/** CRM says `no` where browsers say `nb` or `nn`. */
const sameLanguage: Record<string, string> = { nb: 'no', nn: 'no' };

/** Loads the UI texts, one JSON file per language. */
export function loadLanguages(folder: string): Languages {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const resources = Object.fromEntries(
    files.map((file) => [
      basename(file, '.json'),
      { translation: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown> },
    ]),
  );
  const i18n = createInstance();
  void i18n.init({
    resources,
    fallbackLng: fallback,
    initAsync: false,
    interpolation: { escapeValue: false },
  });
  const languages = new Map<string, Language>(
    Object.keys(resources)
      .filter(isLanguage)
      .map((code) => [code, language(code, i18n.getFixedT(code))]),
  );

  const english = languages.get(fallback) ?? language(fallback, i18n.getFixedT(fallback));

  return {
    codes: [...languages.keys()],
    choose(desired) {
      const known = desired
        .map((code) => languages.get(primary(code ?? '')))
        .find((found) => found !== undefined);
      return known ?? english;
    },
  };
}

function primary(tag: string): string {
  const [code = ''] = tag.toLowerCase().split(/[-_]/);
  return sameLanguage[code] ?? code;
}

function language(code: LanguageCode, translate: TFunction): Language {
  const timestamps = new Intl.DateTimeFormat(code, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  const dates = new Intl.DateTimeFormat(code, { dateStyle: 'long', timeZone: 'UTC' });
  const numbers = new Intl.NumberFormat(code);
  const alternatives = new Intl.ListFormat(code, { type: 'disjunction' });
  return {
    code,
    t: rememberingPlain(translate),
    number: (value) => numbers.format(value),
    or: (items) => alternatives.format(items),
    moment: (ms) => `${timestamps.format(ms)} UTC`,
    date: (iso) => dates.format(new Date(`${iso}T00:00:00Z`)),
  };
}

/** Texts without values are asked for a hundred times a page. */
function rememberingPlain(translate: TFunction): Translate {
  const plain = new Map<string, string>();
  return (key, values) => {
    if (values !== undefined) return translate(key, values);
    const known = plain.get(key) ?? translate(key);
    plain.set(key, known);
    return known;
  };
}
