import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addOnKeys } from '../../../../src/licensing/catalogue/add-ons.ts';
import { type FeatureKey, featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import {
  type Ask,
  addOnPages,
  defaultReadDate,
  featurePages,
  type PublishedPageData,
} from '../../../../src/licensing/catalogue/published-pages.ts';
import {
  getAddOnRequirement,
  getPublishedRequirement,
  toRequirement,
} from '../../../../src/licensing/catalogue/published-requirement.ts';

/** The lines of docs/superoffice/data/documentation.tsv by feature or add-on. */
const published = new Map(
  readFileSync(new URL('../../../../docs/superoffice/data/documentation.tsv', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [feature = '', page = '', license = '', , tier = '', languages = ''] = line.split('\t');
      return [feature, { page, license, tier, languages }] as const;
    }),
);

/** The names that front matter uses for licenses. */
const licenses: Readonly<Record<string, Ask>> = {
  salesessentials: 'sales-essential',
  salespremium: 'sales-premium',
  serviceessentials: 'service-essential',
  servicepremium: 'service-premium',
  marketingessentials: 'marketing-essential',
  marketingpremium: 'marketing-premium',
  cep: 'cep',
  aiplatform: 'ai',
};

describe('data of the pages', () => {
  const pages: Readonly<Record<string, PublishedPageData>> = { ...featurePages, ...addOnPages };

  it('has a page for each of the 68 feature keys and each add-on', () => {
    expect(Object.keys(pages)).toEqual([...featureKeys, ...addOnKeys]);
  });

  it.each(Object.entries(pages).filter(([key]) => key !== 'calendar-synchronization'))(
    'agrees with the published table on %s',
    (key, { page, languages, frontMatter }) => {
      const line = published.get(key);
      const license = (line?.license ?? '').split(', ').filter((name) => name !== '');
      expect(page).toBe(line?.page);
      expect((languages ?? ['en', 'de', 'no', 'sv', 'da', 'nl']).join()).toBe(line?.languages);
      // No license on a page of document management is a fault of the English page only.
      const tier = line?.tier === '' ? [] : [line?.tier];
      expect(frontMatter ?? []).toEqual([...license.map((name) => licenses[name]), ...tier]);
    },
  );
});

describe('getPublishedRequirement', () => {
  const sources = (feature: FeatureKey) =>
    getPublishedRequirement(feature).statements.map(({ source, anyOf }) => [source, anyOf.join()]);

  it('lists one statement where the page and the list of user plans agree', () => {
    expect(sources('quote-management')).toEqual([['front-matter', 'sales-premium,growth']]);
    expect(getPublishedRequirement('quote-management')).toMatchObject({
      conflict: false,
      suitePlan: 'growth',
      addOn: null,
      page: { path: 'sale/learn/quote/index', read: defaultReadDate },
    });
  });

  it('puts a sentence before front matter, the list of user plans and other pages, and keeps them', () => {
    expect(sources('sales-guide')).toEqual([
      ['sentence', 'sales-premium,core'],
      ['front-matter', 'sales-premium,growth'],
      ['other-page', 'sales-premium,growth'],
      ['other-page', 'sales-premium,starter'],
    ]);
    expect(getPublishedRequirement('sales-guide')).toMatchObject({ conflict: true, suitePlan: 'core' });
  });

  it('puts front matter before the list of user plans', () => {
    expect(sources('auto-assign-to-agent')).toEqual([
      ['front-matter', 'service-essential,starter'],
      ['plan-list', 'service-premium'],
      ['administration-page', 'service-premium,growth'],
    ]);
    expect(getPublishedRequirement('auto-assign-to-agent').sections).toEqual([
      { solution: 'service', tier: 'essential' },
    ]);
  });

  it('puts the list of user plans before the front matter of an administration page', () => {
    const tile: PublishedPageData = { page: 'sale/admin/tile', frontMatter: ['sales-essential', 'core'] };
    const requirement = toRequirement(tile, [{ solution: 'sales', tier: 'premium' }]);
    expect(requirement.statements.map(({ source }) => source)).toEqual(['plan-list', 'administration-page']);
    expect(requirement).toMatchObject({ conflict: true, suitePlan: 'core' });
    expect(requirement.sections).toEqual([{ solution: 'sales', tier: 'premium' }]);
  });

  it('lets the list of user plans decide where the page names only a CRM Suite plan', () => {
    expect(sources('custom-fields')).toEqual([
      ['front-matter', 'core'],
      ['plan-list', 'sales-essential,service-essential,marketing-essential'],
    ]);
    const { sections, suitePlan, conflict } = getPublishedRequirement('custom-fields');
    expect([sections.map(({ tier }) => tier), suitePlan, conflict]).toEqual([['common'], 'core', false]);
  });

  it('names the add-on that also gives the feature', () => {
    expect(getPublishedRequirement('knowledge-base')).toMatchObject({
      addOn: 'cep',
      sections: [{ solution: 'service', tier: 'premium' }],
      conflict: true,
    });
  });

  it('names the day on which a feature ended', () => {
    const ended = featureKeys.filter((feature) => getPublishedRequirement(feature).ended !== null);
    expect(ended).toEqual(['standard-service-reports']);
  });

  it('lists exactly the features whose pages disagree on one kind of plan', () => {
    expect(featureKeys.filter((feature) => getPublishedRequirement(feature).conflict)).toEqual([
      'sales-guide',
      'auto-reply-and-reply-templates',
      'auto-assign-to-agent',
      'knowledge-base',
      'mailings',
      'forms',
    ]);
  });
});

describe('getAddOnRequirement', () => {
  it.each([
    ['cep', 'growth', false],
    ['ai', 'core', false],
    ['expander-services', 'core', true],
    ['calendar-synchronization', 'core', false],
  ] as const)('%s is included from %s', (addOn, suitePlan, conflict) => {
    expect(getAddOnRequirement(addOn)).toMatchObject({ suitePlan, conflict });
  });
});
