import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../../src/plans/catalogue.ts';
import { recogniseSuite } from '../../../src/plans/recognise-suite.ts';
import { suiteNeedOf, suitePlans, suiteReaches } from '../../../src/plans/suite-plans.ts';
import { grantedLicense, moduleLicense, publishedTenant, tenantWith, userWith } from './fixtures/tenants.ts';

const site = (description: string) => moduleLicense({ name: '?', description });
const seat = (description: string) => moduleLicense({ name: '?', description, scope: 'user' });

describe('recogniseSuite', () => {
  it('knows the published Suite tenant by its description', () => {
    expect(recogniseSuite(publishedTenant('suite-core'), null)).toEqual({
      kind: 'suite',
      plan: 'core',
      by: { step: 'description', text: 'CRM Suite Core' },
    });
  });

  it.each(suitePlans)('knows the plan %s', (plan) => {
    expect(recogniseSuite(tenantWith(site(`CRM Suite ${plan}`)), null)?.plan).toBe(plan);
    expect(recogniseSuite(tenantWith(site(`SuperOffice ${plan.toUpperCase()} Suite`)), null)?.plan).toBe(
      plan,
    );
    expect(recogniseSuite(tenantWith(seat(plan)), null)?.plan).toBe(plan);
  });

  it('knows it from the licenses of the user alone', () => {
    const user = userWith(grantedLicense({ name: '?', description: 'CRM Suite Growth', scope: 'site' }));
    expect(recogniseSuite(null, user)?.plan).toBe('growth');
  });

  it.each([
    ['suite2core', 'core'],
    ['Suite-3-Growth', 'growth'],
    ['suitemarker', null],
  ] as const)('knows the module name %s', (name, plan) => {
    const tenant = tenantWith(moduleLicense({ name, description: '' }));
    expect(recogniseSuite(tenant, null)).toEqual({
      kind: 'suite',
      plan,
      by: { step: 'module-name', text: name },
    });
  });

  it('lets the description name the plan where the module is only a marker', () => {
    const tenant = tenantWith(moduleLicense({ name: 'suitemarker' }), site('CRM Suite Plus'));
    expect(recogniseSuite(tenant, null)?.plan).toBe('plus');
    const named = tenantWith(moduleLicense({ name: 'suitemarker' }), moduleLicense({ name: 'suite4plus' }));
    expect(recogniseSuite(named, null)?.by).toEqual({ step: 'module-name', text: 'suite4plus' });
  });

  it('leaves the plan open where the Suite has no known one, or two', () => {
    expect(recogniseSuite(tenantWith(site('CRM Suite Enterprise')), null)?.plan).toBeNull();
    expect(recogniseSuite(tenantWith(site('CRM Suite Core'), site('CRM Suite Plus')), null)?.plan).toBeNull();
  });

  it.each([
    ['user plans', publishedTenant('premium')],
    ['an empty license', tenantWith()],
    ['a site license that is only called Core', tenantWith(site('Core'))],
    ['another product with a suite in its name', tenantWith(site('Office suite plus'))],
    ['a partner', tenantWith({ ...site('CRM Suite Core'), owner: 'ACME' })],
    ['a seat called Plus beside user plans', tenantWith(seat('Plus'), moduleLicense({ name: 'ten-sales' }))],
    ['a name every object has', tenantWith(moduleLicense({ name: 'constructor' }))],
  ])('sees no Suite in %s', (_case, tenant) => {
    expect(recogniseSuite(tenant, null)).toBeNull();
  });
});

describe('suiteReaches', () => {
  it('is cumulative', () => {
    expect(suiteReaches('growth', 'core')).toBe(true);
    expect(suiteReaches('growth', 'growth')).toBe(true);
    expect(suiteReaches('core', 'growth')).toBe(false);
  });
});

describe('suiteNeedOf', () => {
  it.each([
    ['companies-and-contacts', 'starter', null, 'inferred'],
    ['sales-forecasting', 'starter', null, 'inferred'],
    ['request-management', 'starter', null, 'inferred'],
    ['dashboards-default-tiles', 'starter', null, 'inferred'],
    ['project-management', 'core', null, 'documented'],
    ['saint', 'growth', null, 'documented'],
    ['rule-based-escalation', 'growth', null, 'inferred'],
    ['mailings', 'growth', null, 'inferred'],
    ['marketing-automation', 'plus', null, 'inferred'],
    ['quote-management', 'growth', 'core', 'inferred'],
    ['dashboards-custom-tiles', 'growth', 'core', 'inferred'],
    ['combined-selections', 'growth', 'core', 'inferred'],
  ] as const)('%s is there from %s (perhaps %s)', (feature, from, perhapsFrom, confidence) => {
    expect(suiteNeedOf(rowsOf(feature))).toEqual({ from, perhapsFrom, confidence });
  });
});
