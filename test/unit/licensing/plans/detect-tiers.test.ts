import { describe, expect, it } from 'vitest';
import type { PlanModule } from '../../../../src/licensing/catalogue/plan-modules.ts';
import { detectTiers, tiersFrom } from '../../../../src/licensing/plans/detect-tiers.ts';
import { assumptions } from '../fixtures/engine.ts';

interface Told {
  readonly name?: PlanModule;
  readonly description?: string;
  readonly modules?: readonly string[];
  readonly site?: readonly string[];
}

function findings({ name = 'ten-sales', description = '', modules = [], site = [] }: Told) {
  const row = { name, description, set: [] };
  return detectTiers(row, { modules: new Set(modules), site: new Set(site) }, assumptions);
}

function find(told: Told) {
  return findings(told).map(({ solution, tier, step, by }) => [solution, tier, step, by]);
}

describe('findTiers', () => {
  it('takes a tier alone for that of the plan only where its own words name none', () => {
    const description = 'Sales Premium, once Essential';
    expect(find({ description })).toEqual([['sales', 'premium', 'description', description]]);
    expect(find({ description: 'Essential' })).toEqual([['sales', 'essential', 'description', 'Essential']]);
  });

  it.each([
    ['quote-cal', 'ten-sales', 'sales'],
    ['target-cal', 'ten-sales', 'sales'],
    ['stakeholder-cal', 'ten-sales', 'sales'],
    ['mktg-auto-cal', 'ten-marketing', 'marketing'],
  ] as const)('first trusts a module only premium has: %s', (module, name, solution) => {
    const site = [`${solution}-t1`];
    expect(find({ name, modules: [module, 't1'], site })).toEqual([
      [solution, 'premium', 'premium-module', module],
    ]);
  });

  it.each(['guide-cal', 'saint-cal', 'project-cal', 'dash-cal', 'selection-combined-cal'])(
    'does not take %s for premium: other solutions have it too',
    (module) => {
      expect(find({ name: 'ten-salesmarketing', modules: [module] }).map(([, tier]) => tier)).toEqual([
        'unknown',
        'unknown',
      ]);
    },
  );

  it.each([
    ['t1', 'essential', 'service-t2'],
    ['t2', 'premium', 'service-t1'],
  ])('then the marker of the user: %s', (marker, tier, site) => {
    expect(find({ name: 'ten-service', modules: [marker], site: [site] })).toEqual([
      ['service', tier, 'user-marker', marker],
    ]);
  });

  it('does not know which solution of a combination the marker of the user means', () => {
    expect(find({ name: 'ten-salesservice', modules: ['t2'] }).map(([, tier]) => tier)).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  it('then the marker of the site, for each solution by itself', () => {
    expect(find({ name: 'ten-salesservicemarketing', site: ['sales-t1', 'service-t2'] })).toEqual([
      ['sales', 'essential', 'site-marker', 'sales-t1'],
      ['service', 'premium', 'site-marker', 'service-t2'],
      ['marketing', 'unknown', 'none', null],
    ]);
  });

  it('trusts the marker of the site more than the name of the plan', () => {
    expect(find({ description: 'Sales Essentials', site: ['sales-t2'] })).toEqual([
      ['sales', 'premium', 'site-marker', 'sales-t2'],
    ]);
  });

  it('finds nothing in markers of both tiers', () => {
    expect(find({ site: ['sales-t1', 'sales-t2'] })).toEqual([['sales', 'unknown', 'none', null]]);
    expect(find({ modules: ['t1', 't2'] })).toEqual([['sales', 'unknown', 'none', null]]);
  });

  it('still reads the name of the plan where the tenant has markers of both tiers', () => {
    const site = ['sales-t1', 'sales-t2'];
    expect(find({ description: 'Sales Essentials', site })).toEqual([
      ['sales', 'essential', 'description', 'Sales Essentials'],
    ]);
  });

  it.each([
    ['Sales Essential', 'essential'],
    ['Sales Essentials', 'essential'],
    ['Sales-Essentials', 'essential'],
    ['SALES PREMIUM', 'premium'],
    ['Premium (Verkauf)', 'premium'],
    ['Sales', 'unknown'],
    ['Sales Premium, formerly Sales Essential', 'unknown'],
    ['', 'unknown'],
  ])('last reads the description %j', (description, tier) => {
    expect(find({ description }).map(([, found]) => found)).toEqual([tier]);
  });

  it.each([
    ['SalesPremiumServicePremiumMarketingPremium', ['premium', 'premium', 'premium']],
    ['SalesEssentialServicePremiumMarketingEssential', ['essential', 'premium', 'essential']],
    ['Sales-Essentials + Service-Premium + Marketing-Essentials', ['essential', 'premium', 'essential']],
    ['Sales, Service and Marketing Premium', ['unknown', 'unknown', 'premium']],
    ['Complete Premium', ['unknown', 'unknown', 'unknown']],
  ])('reads the tier of each solution in %j', (description, tiers) => {
    expect(find({ name: 'ten-salesservicemarketing', description }).map(([, tier]) => tier)).toEqual(tiers);
  });
});

describe('steps that disagree', () => {
  const against = (told: Told) => findings(told).map((finding) => finding.against);

  it('are told in their order, with what made them say so', () => {
    const told = { modules: ['quote-cal', 't1'], site: ['sales-t2'], description: 'Sales Essentials' };
    expect(against(told)).toEqual([
      [
        { tier: 'essential', step: 'user-marker', by: 't1' },
        { tier: 'essential', step: 'description', by: 'Sales Essentials' },
      ],
    ]);
  });

  it('are none where all agree, and none where nothing speaks', () => {
    expect(against({ modules: ['quote-cal', 't2'], site: ['sales-t2'] })).toEqual([[]]);
    expect(against({})).toEqual([[]]);
  });

  it('leave the finding as sure as those that agree with it', () => {
    const [finding] = findings({ modules: ['quote-cal', 't1'] });
    expect([finding?.tier, finding?.confidence]).toEqual(['premium', 'inferred']);
  });
});

describe('how sure a tier is', () => {
  it.each([
    ['what only premium has', { modules: ['quote-cal'] }, 'premium-module', 'inferred'],
    ['the marker of the user', { modules: ['t2'] }, 'user-marker', 'documented'],
    ['the marker of the site', { site: ['sales-t1'] }, 'site-marker', 'inferred'],
    ['the description', { description: 'Sales Premium' }, 'description', 'inferred'],
    ['nothing', {}, 'none', 'none'],
  ] as const)('found by %s', (_by, told, step, confidence) => {
    expect(findings(told)).toMatchObject([{ step, confidence }]);
  });
});

describe('tiersFrom', () => {
  it('has none for a solution nobody speaks of', () => {
    expect(tiersFrom([])).toEqual({ sales: 'none', service: 'none', marketing: 'none' });
  });

  it('takes the best of several findings, of which an unknown one may be', () => {
    const finding = {
      solution: 'sales',
      step: 'description',
      by: '',
      confidence: 'inferred',
      against: [],
    } as const;
    const tiers = ['unknown', 'essential', 'premium'] as const;
    const sales = (count: number) =>
      tiersFrom(tiers.slice(0, count).map((tier) => ({ ...finding, tier }))).sales;
    expect([sales(1), sales(2), sales(3)]).toEqual(['unknown', 'unknown', 'premium']);
  });
});
