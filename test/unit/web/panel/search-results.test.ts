import { describe, expect, it } from 'vitest';
import type { TextPart } from '../../../../src/licensing/catalogue/mark-words.ts';
import { searchFeatures } from '../../../../src/web/panel/search-results.ts';
import { publishedTenant, userWithPlan } from '../../licensing/fixtures/tenants.ts';
import { english, german } from '../harness.ts';
import { createContext, requestAccess } from './panel-contexts.ts';

const premium = publishedTenant('premium');
const given = { tenant: premium, user: userWithPlan(premium, 'ten-sales') };
const search = (typed: string, language = german) =>
  searchFeatures(typed, createContext({ ...given, language }));
/** A text with its marked parts in brackets. */
const show = (parts: readonly TextPart[]) =>
  parts.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('');
const shown = (typed: string, language = german) =>
  search(typed, language).map(({ found: { label, place, term } }) => [label, place, term].map(show));

describe('search results', () => {
  it('mark what matched in the label, also without its umlaut', () => {
    expect(shown('wahrung')[0]).toEqual(['Unterstützung mehrerer [Währung]en', 'Sales', '']);
    expect(shown('Waehrungen')[0]?.[0]).toBe('Unterstützung mehrerer [Währungen]');
    expect(shown('sharepoint-doku')[0]?.[0]).toBe('MS [SharePoint-Doku]mente');
  });

  it('show the synonym, or the label in another language, that the label does not explain', () => {
    expect(shown('offert', english)[0]).toEqual(['Quote Management', 'Sales', '[offert]']);
    expect(shown('sales guide')[0]).toEqual(['Vertriebsleitfaden', '[Sales]', '[Sales] [guide]']);
  });

  it('name the language of a label that is not in the language of the user', () => {
    const languageOf = (typed: string, language = german) => {
      const { termLanguage, languageName } = search(typed, language)[0]?.found ?? {};
      return [termLanguage, languageName];
    };
    expect(languageOf('sales guide')).toEqual(['en', 'Englisch']);
    expect(languageOf('Vertriebsleitfaden', english)).toEqual(['de', 'German']);
    expect(languageOf('kundtjänst', english)).toEqual(['sv', 'Swedish']);
    expect(languageOf('Kunden')).toEqual(['', '']);
    expect(languageOf('wahrung')).toEqual(['', '']);
  });

  it('mark the group that a feature belongs to', () => {
    expect(shown('Dokumentenmanagement')[0]).toEqual([
      'Dokumente und Vorlagen',
      'Gemeinsame Funktionen · [Dokumentenmanagement]',
      '',
    ]);
  });

  it('show a feature once, with its state and all solutions that have it', () => {
    const projects = search('Projektmanagement').filter(({ row }) => row.feature === 'project-management');
    expect(projects).toHaveLength(1);
    expect(projects[0]?.row).toMatchObject({ id: 'SaP8', state: 'enabled', isRequested: false });
    expect(projects[0]?.found.place).toEqual([{ text: 'Sales · Service · Marketing', marked: false }]);
  });

  it('show an open access request', () => {
    const context = createContext({ ...given, accessRequests: [requestAccess('feature:mailings')] });
    expect(searchFeatures('newsletter', context)[0]?.row).toMatchObject({
      feature: 'mailings',
      isRequested: true,
    });
  });

  it('show add-ons and newer features with their reason and a link to the page about them', () => {
    const [addOn, newer] = [search('Kalendersync')[0], search('erp')[0]];
    expect(addOn).toMatchObject({
      row: { id: 'calendar-synchronization', feature: null, state: 'add-on' },
      reason: german.t('reason.add-on-missing'),
      found: { href: '/panel/newer-features?uctx=Cust12345&usid=5&lang=en#calendar-synchronization' },
    });
    expect(newer).toMatchObject({ row: { id: 'erp', label: 'ERP', feature: null } });
    expect(newer?.found.place).toEqual([{ text: german.t('newerFeatures.title'), marked: false }]);
  });

  it('are empty if nothing matches', () => {
    expect(search('no such thing')).toEqual([]);
  });
});
