import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInstance, type TFunction } from 'i18next';
import { isLanguage, type Language as LanguageCode } from '../../licensing/catalogue/languages.ts';
import { isolateText } from './isolate-text.ts';

/** The text of a key with its placeholders filled in; `count` selects the plural. */
type Translate = (key: string, values?: Values) => string;
type Values = Readonly<Record<string, string | number | undefined>>;

/** The texts and formats of one language. */
export interface Language {
  readonly code: LanguageCode;
  /** The BCP 47 tag of pages and formats: English is British, like SuperOffice's. */
  readonly locale: string;
  readonly t: Translate;
  /** Formats a timestamp (ms since 1970) in UTC, because the server does not know the user's time zone. */
  timestamp(ms: number): string;
  /** Formats a calendar date `YYYY-MM-DD`. */
  date(iso: string): string;
  /** Formats a calendar date `YYYY-MM-DD` for a table, with the month in short and without a place to break. */
  shortDate(iso: string): string;
  number(value: number): string;
  /** The name of a language in this one, inside a sentence: `Danish`. */
  languageName(code: LanguageCode): string;
  /** Joins alternatives: `A, B or C`. */
  or(alternatives: readonly string[]): string;
}

/** The available languages. */
export interface Languages {
  readonly codes: readonly string[];
  /** @returns the first available language of those desired (`de`, `de-AT`, SuperOffice's `no`), else English */
  choose(desired: readonly (string | undefined)[]): Language;
  /** The language of a tag as `choose` takes it; undefined if it is not available. */
  find(tag: string): Language | undefined;
}

const fallback = 'en';
/** SuperOffice CRM uses `no` for Norwegian, browsers use `nb` or `nn`. */
const sameLanguage: Record<string, string> = { nb: 'no', nn: 'no' };

/** Loads the texts of the user interface, one JSON file per language, from a folder. */
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

  const find = (tag: string) => languages.get(primarySubtag(tag));
  return {
    codes: [...languages.keys()],
    choose: (desired) =>
      desired.map((tag) => find(tag ?? '')).find((found) => found !== undefined) ?? english,
    find,
  };
}

function primarySubtag(tag: string): string {
  const [code = ''] = tag.toLowerCase().split(/[-_]/);
  return sameLanguage[code] ?? code;
}

function language(code: LanguageCode, translate: TFunction): Language {
  const locale = code === 'en' ? 'en-GB' : code;
  // Created when they are first used: those of a language take 3 ms.
  let created: ReturnType<typeof createFormats> | undefined;
  const formats = () => {
    created ??= createFormats(locale);
    return created;
  };
  return {
    code,
    locale,
    t: memoizeTexts(translate, (count) => formats().plurals.select(count)),
    // Digits without separators are the same in all languages.
    number: (value) => (isShort(value) ? String(value) : formats().numbers.format(value)),
    languageName: (other) => formats().languageNames.of(other) ?? other,
    or: (items) => formats().alternatives.format(items),
    timestamp: (ms) => `${formats().timestamps.format(ms)} UTC`,
    date: (iso) => formats().dates.format(new Date(`${iso}T00:00:00Z`)),
    shortDate: (iso) =>
      formats()
        .shortDates.format(new Date(`${iso}T00:00:00Z`))
        .replaceAll(' ', '\u00a0'),
  };
}

function isShort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 1000;
}

function createFormats(locale: string) {
  const timeZone = 'UTC';
  return {
    timestamps: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }),
    dates: new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }),
    shortDates: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone }),
    plurals: new Intl.PluralRules(locale),
    numbers: new Intl.NumberFormat(locale),
    languageNames: new Intl.DisplayNames(locale, { type: 'language' }),
    alternatives: new Intl.ListFormat(locale, { type: 'disjunction' }),
  };
}

/**
 * Looks up each text once and splits it at its placeholders, for which i18next would search it each time. Isolates what
 * fills the placeholders.
 */
function memoizeTexts(translate: TFunction, pluralOf: (count: number) => string): Translate {
  const texts = new Map<string, readonly string[]>();
  return (key, values = {}) => {
    const { count } = values;
    const form = typeof count === 'number' ? `${key} ${count === 0 ? 'zero' : pluralOf(count)}` : key;
    const known = texts.get(form);
    if (known !== undefined) return fill(known, values);
    const parts = splitAtPlaceholders(translate(key, { ...values, skipInterpolation: true }));
    texts.set(form, parts);
    return fill(parts, values);
  };
}

/** Texts and the names of placeholders alternate. */
function splitAtPlaceholders(text: string): readonly string[] {
  return text.split(/\{\{(\w+)\}\}/);
}

function fill(parts: readonly string[], values: Values): string {
  let filled = parts[0] ?? '';
  for (let at = 1; at < parts.length; at += 2) {
    const name = parts[at] ?? '';
    filled += Object.hasOwn(values, name) ? toText(values[name]) : `{{${name}}}`;
    filled += parts[at + 1];
  }
  return filled;
}

function toText(value: Values[string]): string {
  return typeof value === 'string' ? isolateText(value) : String(value ?? '');
}
