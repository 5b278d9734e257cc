import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadLanguages } from '../../../../src/web/rendering/i18n.ts';
import { english, german } from '../harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'planlens-locales-'));
const texts = {
  en: {
    hello: 'Hello',
    only: { here: 'Only in English' },
    value: 'Value: {{what}}',
    day_one: 'One day, {{count}}',
    day_other: '{{count}} days of {{what}}',
  },
  de: { hello: 'Hallo' },
  no: { hello: 'Hei' },
};
for (const [code, words] of Object.entries(texts)) {
  writeFileSync(join(folder, `${code}.json`), JSON.stringify(words));
}
writeFileSync(join(folder, 'notes.txt'), 'not a language');
afterAll(() => rmSync(folder, { recursive: true }));

const three = loadLanguages(folder);
const plainSpaces = (text: string) => text.replaceAll(/\s/g, ' ');

describe('loadLanguages', () => {
  it('loads one language for each JSON file', () => {
    expect([...three.codes].sort()).toEqual(['de', 'en', 'no']);
  });

  it.each([
    [['de'], 'de'],
    [['DE'], 'de'],
    [['de-AT'], 'de'],
    [['de_CH'], 'de'],
    [['no'], 'no'],
    [['nb'], 'no'],
    [['nn-NO'], 'no'],
    [['nb-NO', 'de'], 'no'],
    [['fr', 'de'], 'de'],
    [[undefined, '', 'no'], 'no'],
    [['en-GB', 'de'], 'en'],
    [['fr'], 'en'],
    [['*'], 'en'],
    [['<lani>'], 'en'],
    [['constructor'], 'en'],
    [['__proto__'], 'en'],
    [['../de'], 'en'],
    [['deutsch'], 'en'],
    [[], 'en'],
  ])('for the requested languages %j, chooses %s', (desired, code) => {
    const language = three.choose(desired);
    expect([language.code, language.t('hello')]).toEqual([
      code,
      { en: 'Hello', de: 'Hallo', no: 'Hei' }[code],
    ]);
  });

  it('falls back to the English text when a translation is missing', () => {
    expect(three.choose(['de']).t('only.here')).toBe('Only in English');
  });

  it('inserts values verbatim, without escaping or interpolating them', () => {
    const { t } = three.choose(['en']);
    expect(t('value', { what: '<b>&' })).toBe('Value: <b>&');
    expect(t('value', { what: '{{what}} $t(hello)' })).toBe('Value: {{what}} $t(hello)');
  });
});

describe('a text with placeholders', () => {
  const { t } = three.choose(['en']);

  it.each([0, 7, 999, 1000, 12345.5, -3])('formats the number %d as Intl does', (value) => {
    for (const { number, locale } of [english, german])
      expect(number(value)).toBe(new Intl.NumberFormat(locale).format(value));
  });

  it('has the plural of each number, whatever number came before', () => {
    const texts = [1, 2, 0, 1, 1.5].map((count) => t('day', { count, what: 'May' }));
    expect(texts).toEqual(['One day, 1', '2 days of May', '0 days of May', 'One day, 1', '1.5 days of May']);
  });

  it('keeps a placeholder without a value, and prints nothing for an undefined one', () => {
    expect([t('value'), t('value', {}), t('value', { what: undefined })]).toEqual([
      'Value: {{what}}',
      'Value: {{what}}',
      'Value: ',
    ]);
  });
});

describe('Language', () => {
  it.each([
    [english, '1 December 2026'],
    [german, '1. Dezember 2026'],
  ])('formats a calendar date independently of the server time zone', (language, text) => {
    expect(language.date('2026-12-01')).toBe(text);
  });

  it.each([
    [english, '22 Nov 2026, 23:59 UTC'],
    [german, '22.11.2026, 23:59 UTC'],
  ])('formats a timestamp in UTC and names the time zone', (language, text) => {
    expect(plainSpaces(language.timestamp(Date.UTC(2026, 10, 22, 23, 59)))).toBe(text);
  });

  it.each([
    [english, [], ''],
    [english, ['A'], 'A'],
    [english, ['A', 'B'], 'A or B'],
    [english, ['A', 'B', 'C'], 'A, B or C'],
    [german, ['A', 'B', 'C'], 'A, B oder C'],
  ])('joins alternatives into one phrase', (language, alternatives, text) => {
    expect(language.or(alternatives)).toBe(text);
  });
});
