import { describe, expect, it } from 'vitest';
import { addOnKeys } from '../../../../src/licensing/catalogue/add-ons.ts';
import { isGroup } from '../../../../src/licensing/catalogue/catalogue.ts';
import { featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { foldText } from '../../../../src/licensing/catalogue/fold-text.ts';
import { getFeatureLabel } from '../../../../src/licensing/catalogue/labels.ts';
import { type Language, languages } from '../../../../src/licensing/catalogue/languages.ts';
import { getNewerFeatureLabel, newerFeatures } from '../../../../src/licensing/catalogue/newer-features.ts';
import { searchCatalogue } from '../../../../src/licensing/catalogue/search-catalogue.ts';
import {
  getSynonymLanguages,
  listForeignSynonyms,
} from '../../../../src/licensing/catalogue/synonym-languages.ts';
import { newerFeatureSynonyms, synonyms } from '../../../../src/licensing/catalogue/synonyms.ts';

const find = (typed: string, language: Language = 'en') =>
  searchCatalogue(typed, language).hits.map(({ subject }) => subject.key);
const first = (typed: string, language: Language = 'en') => find(typed, language)[0];

/** All synonyms with the key of their subject. */
const allSynonyms = Object.entries({ ...synonyms, ...newerFeatureSynonyms }).flatMap(([key, texts]) =>
  texts.map((text) => [text, key] as const),
);

describe('synonyms', () => {
  it('find their subject first in every language', () => {
    const wrong = languages.flatMap((language) =>
      allSynonyms
        .filter(([text, key]) => first(text, language) !== key)
        .map(([text, key]) => `${language} ${text}: ${first(text, language)}, not ${key}`),
    );
    expect(wrong).toEqual([]);
  });

  it('are at least 150, belong to one subject each and to every feature and add-on', () => {
    const folded = allSynonyms.map(([text]) => foldText(text));
    expect(folded.filter((text, index) => folded.indexOf(text) !== index)).toEqual([]);
    expect(folded.length).toBeGreaterThanOrEqual(150);
    const leaves = featureKeys.filter((key) => !isGroup(key));
    expect([...leaves, ...addOnKeys].filter((key) => (synonyms[key]?.length ?? 0) === 0)).toEqual([]);
    expect(
      Object.keys(synonyms).filter((key) => featureKeys.some((each) => each === key && isGroup(each))),
    ).toEqual([]);
    const texts = allSynonyms.map(([text]) => text);
    expect(listForeignSynonyms().filter((text) => !texts.includes(text))).toEqual([]);
    expect(new Set(listForeignSynonyms()).size).toBe(listForeignSynonyms().length);
    const accented = texts.filter((text) => /[^ -~]/.test(text));
    expect(accented.filter((text) => getSynonymLanguages(text).length === 0)).toEqual([]);
    const newerKeys = newerFeatures.map(({ key }) => key);
    expect(Object.keys(newerFeatureSynonyms).filter((key) => !newerKeys.includes(key))).toEqual([]);
  });
});

describe('labels', () => {
  it('find their feature first in the language of the user, or a feature with the same label', () => {
    const wrong = languages.flatMap((language) => {
      const labels = [
        ...featureKeys
          .filter((key) => !isGroup(key))
          .map((key) => [key, getFeatureLabel(key, language)] as const),
        ...newerFeatures.map((feature) => [feature.key, getNewerFeatureLabel(feature, language)] as const),
      ];
      const labelOf = new Map<string | undefined, string>(labels);
      return labels.filter(([key, label]) => {
        const found = first(label, language);
        return found !== key && labelOf.get(found) !== label;
      });
    });
    expect(wrong).toEqual([]);
  });

  it.each<[string, Language, string]>([
    ['sales guide', 'de', 'sales-guide'],
    ['Vertriebsleitfaden', 'en', 'sales-guide'],
    ['Kunnskapsbase', 'nl', 'knowledge-base'],
    ['Projectbeheer', 'sv', 'project-management'],
  ])('of another language find a feature: %s in %s', (typed, language, key) => {
    expect(first(typed, language)).toBe(key);
  });

  it('of a group find its features', () => {
    expect(find('Reporting and dashboards').slice(0, 2)).toEqual(['dashboards-default-charts', 'print']);
  });
});

describe('search', () => {
  it.each<[string, string, string]>([
    ['the currencies without umlaut', 'wahrung', 'currency-support'],
    ['the currencies with ae', 'Waehrung', 'currency-support'],
    ['translation without umlaut', 'Ubersetzung', 'language-support'],
    ['translation with ue', 'Uebersetzung', 'language-support'],
    ['email without hyphen', 'email', 'superoffice-inbox'],
    ['email with hyphen', 'E-Mail', 'superoffice-inbox'],
    ['quotes', 'Angebot', 'quote-management'],
    ['quotes in Switzerland', 'Offerte', 'quote-management'],
    ['a campaign', 'Kampagne', 'mailings'],
    ['a newsletter', 'newsletter', 'mailings'],
    ['Google Workspace', 'Workspace', 'google-workplace-documents'],
    ['an appointment', 'Termin', 'diary-and-invitations'],
    ['the pipeline', 'Pipeline', 'sales-and-opportunity-management'],
    ['a report', 'report', 'standard-service-reports'],
    ['the English label', 'sales guide', 'sales-guide'],
    ['requests', 'request', 'request-management'],
    ['a compound written apart', 'Projekt management', 'project-management'],
    ['an add-on by its beginning', 'Kalendersync', 'calendar-synchronization'],
    ['AI', 'AI', 'ai'],
  ])('finds %s in a German panel', (_what, typed, key) => {
    expect(first(typed, 'de')).toBe(key);
  });

  it.each([
    ['offer', 'quote-management'],
    ['quotation', 'quote-management'],
    ['newsletter', 'mailings'],
    ['campaign', 'mailings'],
    ['chat', 'chat'],
    ['workspace', 'google-workplace-documents'],
    ['pipeline', 'sales-and-opportunity-management'],
    ['survey', 'forms'],
    ['calendar sync', 'calendar-synchronization'],
    ['erp', 'erp'],
    ['AI', 'ai'],
  ])('finds %s in an English panel', (typed, key) => {
    expect(first(typed)).toBe(key);
  });

  it('puts a feature first whose name begins as typed, after one that is called exactly so', () => {
    expect(find('mail').slice(0, 2)).toEqual(['superoffice-inbox', 'mailings']);
    expect(first('Mailing')).toBe('mailings');
  });

  it.each(languages)('finds in %s what answers SMS, and nothing for what no feature answers', (language) => {
    expect(find('sms', language)).toEqual(['marketing-automation']);
    for (const typed of ['import', 'WhatsApp', 'signature']) expect(find(typed, language)).toEqual([]);
  });

  it('finds AI and not what has these letters inside a word', () => {
    const found = find('AI', 'de');
    expect(found).toContain('ai-categorization');
    expect(found).not.toContain('mailings');
    expect(found).not.toContain('superoffice-inbox');
  });

  it('finds beginnings of words, other forms of a word and parts of compounds', () => {
    expect(first('quo')).toBe('quote-management');
    expect(first('surveys')).toBe('forms');
    expect(first('Angebote', 'de')).toBe('quote-management');
    expect(find('leitfaden', 'de')).toContain('sales-guide');
  });

  it('requires every word, and searches the parts of a hyphenated word if it finds nothing', () => {
    expect(find('sharepoint nonsense')).toEqual([]);
    expect(first('target-KPIs')).toBe('sale-targets-and-kpis');
  });

  it('finds words that are spread over several terms of one feature', () => {
    expect(find('workspace dokumente', 'de')).toContain('google-workplace-documents');
  });

  it.each(['', '  ', '–', '()', "'"])('finds nothing for %j', (typed) => {
    expect(find(typed)).toEqual([]);
  });
});
