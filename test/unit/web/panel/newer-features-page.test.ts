import { describe, expect, it } from 'vitest';
import { newerFeatures } from '../../../../src/licensing/catalogue/newer-features.ts';
import { newerFeaturesPageView } from '../../../../src/web/panel/newer-features-page.ts';
import { publishedTenant, userWith } from '../../licensing/fixtures/tenants.ts';
import { german } from '../harness.ts';
import { createContext } from './panel-contexts.ts';

describe('page of newer features', () => {
  const { features, addOns, backUrl } = newerFeaturesPageView(
    createContext({ tenant: publishedTenant('suite-core'), user: userWith(), language: german }),
  );
  const find = (id: string) => features.find((each) => each.id === id);

  it('lists every newer feature, decided for the user, and a way back to the panel', () => {
    expect(features.map(({ id }) => id)).toEqual(newerFeatures.map(({ key }) => key));
    expect(find('leads')).toMatchObject({
      label: 'Lead-Management',
      state: 'enabled',
      reason: german.t('reason.suite-plan-includes'),
    });
    expect(backUrl).toMatch(/^\/panel\?/);
  });

  it('links to the page in the language of the reader, or else in English', () => {
    expect(find('leads')?.documentation.page).toMatchObject({
      url: 'https://docs.superoffice.com/de/lead/learn/index',
      inEnglish: false,
    });
    expect(find('caller-id')?.documentation.page).toMatchObject({
      url: 'https://docs.superoffice.com/en/mobile/caller-id',
      inEnglish: true,
    });
  });

  it('lists the add-ons with what SuperOffice publishes', () => {
    expect(addOns.map(({ id, state }) => [id, state])).toEqual([
      ['cep', 'upgrade'],
      ['ai', 'enabled'],
      ['expander-services', 'enabled'],
      ['calendar-synchronization', 'enabled'],
    ]);
    expect(addOns.at(-1)?.documentation).toMatchObject({
      page: { url: 'https://docs.superoffice.com/de/admin/license/crm-suite', inEnglish: false },
      asOf: 'Ausgabe vom 29. September 2026.',
      statements: [
        { text: 'Der Text der Seite nennt: Kalendersynchronisierung oder CRM Suite Core oder höher.' },
      ],
    });
  });
});
