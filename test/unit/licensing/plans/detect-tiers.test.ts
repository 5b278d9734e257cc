import { describe, expect, it } from 'vitest';
import type { PlanModule } from '../../../../src/licensing/catalogue/plan-modules.ts';
import { combineTiers, detectTiers } from '../../../../src/licensing/plans/detect-tiers.ts';
import { assumptions } from '../fixtures/engine.ts';

interface Input {
  readonly name?: PlanModule;
  readonly description?: string;
  readonly modules?: readonly string[];
  readonly site?: readonly string[];
}

function findings({ name = 'ten-sales', description = '', modules = [], site = [] }: Input) {
  const row = { name, description, set: [] };
  return detectTiers(row, { modules: new Set(modules), site: new Set(site) }, assumptions);
}

function find(input: Input) {
  return findings(input).map(({ solution, tier, step, by }) => [solution, tier, step, by]);
}

describe('detectTiers', () => {
  it('uses a tier without a solution only if the description names no tier for the solution', () => {
    const description = 'Sales Premium, once Essential';
    expect(find({ description })).toEqual([['sales', 'premium', 'description', description]]);
    expect(find({ description: 'Essential' })).toEqual([['sales', 'essential', 'description', 'Essential']]);
  });

  it.each([
    ['quote-cal', 'ten-sales', 'sales'],
    ['target-cal', 'ten-sales', 'sales'],
    ['stakeholder-cal', 'ten-sales', 'sales'],
    ['mktg-auto-cal', 'ten-marketing', 'marketing'],
  ] as const)('prefers the premium-only module %s over all other evidence', (module, name, solution) => {
    const site = [`${solution}-t1`];
    expect(find({ name, modules: [module, 't1'], site })).toEqual([
      [solution, 'premium', 'premium-module', module],
    ]);
  });

  it.each(['guide-cal', 'saint-cal', 'project-cal', 'dash-cal', 'selection-combined-cal'])(
    'does not treat %s as premium-only because other solutions also include it',
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
  ])('prefers the user marker %s over the site marker', (marker, tier, site) => {
    expect(find({ name: 'ten-service', modules: [marker], site: [site] })).toEqual([
      ['service', tier, 'user-marker', marker],
    ]);
  });

  it('leaves both tiers of a combined plan unknown when only a user marker exists', () => {
    expect(find({ name: 'ten-salesservice', modules: ['t2'] }).map(([, tier]) => tier)).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  it('falls back to the site marker of each solution separately', () => {
    expect(find({ name: 'ten-salesservicemarketing', site: ['sales-t1', 'service-t2'] })).toEqual([
      ['sales', 'essential', 'site-marker', 'sales-t1'],
      ['service', 'premium', 'site-marker', 'service-t2'],
      ['marketing', 'unknown', 'none', null],
    ]);
  });

  it('prefers the site marker over the plan description', () => {
    expect(find({ description: 'Sales Essentials', site: ['sales-t2'] })).toEqual([
      ['sales', 'premium', 'site-marker', 'sales-t2'],
    ]);
  });

  it('reports the tier as unknown when markers of both tiers exist', () => {
    expect(find({ site: ['sales-t1', 'sales-t2'] })).toEqual([['sales', 'unknown', 'none', null]]);
    expect(find({ modules: ['t1', 't2'] })).toEqual([['sales', 'unknown', 'none', null]]);
  });

  it('falls back to the plan description when the tenant has markers of both tiers', () => {
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
    ['SalesPREM', 'premium'],
    ['Sales Prem', 'premium'],
    ['PREM', 'premium'],
    ['Sales Premier', 'unknown'],
    ['Supreme', 'unknown'],
    ['Service Premium', 'unknown'],
    ['SalesPREM SalesEssentials', 'unknown'],
    ['Sales', 'unknown'],
    ['Sales Premium, formerly Sales Essential', 'unknown'],
    ['', 'unknown'],
  ])('falls back to the tier in the description %j', (description, tier) => {
    expect(find({ description }).map(([, found]) => found)).toEqual([tier]);
  });

  it.each([
    ['SalesPremiumServicePremiumMarketingPremium', ['premium', 'premium', 'premium']],
    ['SalesEssentialServicePremiumMarketingEssential', ['essential', 'premium', 'essential']],
    ['Sales-Essentials + Service-Premium + Marketing-Essentials', ['essential', 'premium', 'essential']],
    ['Sales, Service and Marketing Premium', ['unknown', 'unknown', 'premium']],
    ['Complete Premium', ['unknown', 'unknown', 'unknown']],
    ['SalesPREM-ServicePREM-Marketing', ['premium', 'premium', 'unknown']],
    ['SalesPREM+ServicePREM+MarketingPREM', ['premium', 'premium', 'premium']],
    ['SalesPREMServiceEssentialsMarketingPREM', ['premium', 'essential', 'premium']],
    ['SalesESS-ServicePREM+Marketing', ['essential', 'premium', 'unknown']],
    ['SalesESSServicePREMMarketingESS', ['essential', 'premium', 'essential']],
    ['salesess + SERVICEPREM + marketing', ['essential', 'premium', 'unknown']],
    ['Sales + Service + Marketing', ['unknown', 'unknown', 'unknown']],
  ])('detects the tier of each solution in the description %j', (description, tiers) => {
    expect(find({ name: 'ten-salesservicemarketing', description }).map(([, tier]) => tier)).toEqual(tiers);
  });
});

describe('abbreviated tiers', () => {
  it('marks a tier found by ESS as a guess, and one found by PREM as named', () => {
    expect(find({ name: 'ten-salesservice', description: 'SalesESS-ServicePREM' })).toEqual([
      ['sales', 'essential', 'description-guess', 'SalesESS-ServicePREM'],
      ['service', 'premium', 'description', 'SalesESS-ServicePREM'],
    ]);
  });

  it.each(['Business', 'Sales BusinESS', 'SalesEssence', 'Success', 'SalesESSai'])(
    'reads no abbreviation into the word %j',
    (description) => {
      expect(find({ description })).toEqual([['sales', 'unknown', 'none', null]]);
    },
  );

  it('lets every other step decide against a guess', () => {
    const finding = { description: 'SalesESS', site: ['sales-t2'] };
    expect(find(finding)).toEqual([['sales', 'premium', 'site-marker', 'sales-t2']]);
    expect(findings(finding)[0]?.against).toEqual([
      { tier: 'essential', step: 'description-guess', by: 'SalesESS' },
    ]);
  });

  it('does not give a solution the tier of the solution before it', () => {
    expect(find({ name: 'ten-marketing', description: 'SalesPREM-ServicePREM-Marketing' })).toEqual([
      ['marketing', 'unknown', 'none', null],
    ]);
  });
});

describe('conflicting tier evidence', () => {
  const listConflicts = (input: Input) => findings(input).map((finding) => finding.against);

  it('lists conflicting steps in order with the module or description behind each', () => {
    const input = { modules: ['quote-cal', 't1'], site: ['sales-t2'], description: 'Sales Essentials' };
    expect(listConflicts(input)).toEqual([
      [
        { tier: 'essential', step: 'user-marker', by: 't1' },
        { tier: 'essential', step: 'description', by: 'Sales Essentials' },
      ],
    ]);
  });

  it('lists no conflicts when all steps agree or no step applies', () => {
    expect(listConflicts({ modules: ['quote-cal', 't2'], site: ['sales-t2'] })).toEqual([[]]);
    expect(listConflicts({})).toEqual([[]]);
  });

  it('takes its confidence only from the steps that agree with the detected tier', () => {
    const [finding] = findings({ modules: ['quote-cal', 't1'] });
    expect([finding?.tier, finding?.confidence]).toEqual(['premium', 'inferred']);
  });
});

describe('confidence of a detected tier', () => {
  it.each([
    ['a premium-only module', { modules: ['quote-cal'] }, 'premium-module', 'inferred'],
    ['the user marker', { modules: ['t2'] }, 'user-marker', 'documented'],
    ['the site marker', { site: ['sales-t1'] }, 'site-marker', 'inferred'],
    ['the plan description', { description: 'Sales Premium' }, 'description', 'inferred'],
    ['an abbreviation', { description: 'SalesESS' }, 'description-guess', 'inferred'],
    ['no step', {}, 'none', 'none'],
  ] as const)('follows from the detection step: %s', (_by, input, step, confidence) => {
    expect(findings(input)).toMatchObject([{ step, confidence }]);
  });
});

describe('combineTiers', () => {
  it('reports none for a solution without findings', () => {
    expect(combineTiers([])).toEqual({ sales: 'none', service: 'none', marketing: 'none' });
  });

  it('prefers premium over unknown and unknown over essential for one solution', () => {
    const finding = {
      solution: 'sales',
      step: 'description',
      by: '',
      confidence: 'inferred',
      against: [],
    } as const;
    const tiers = ['unknown', 'essential', 'premium'] as const;
    const sales = (count: number) =>
      combineTiers(tiers.slice(0, count).map((tier) => ({ ...finding, tier }))).sales;
    expect([sales(1), sales(2), sales(3)]).toEqual(['unknown', 'unknown', 'premium']);
  });
});
