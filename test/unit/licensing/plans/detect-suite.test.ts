import { describe, expect, it } from 'vitest';
import { isSuitePlanAtLeast, suitePlans } from '../../../../src/licensing/catalogue/suite-plans.ts';
import type { GrantedLicense, ModuleLicense } from '../../../../src/licensing/licenses/license-data.ts';
import { detectSuite, findSuiteIndicators } from '../../../../src/licensing/plans/detect-suite.ts';
import { assumptions, ruleOf } from '../fixtures/engine.ts';
import { grantedLicense, moduleLicense, publishedTenant, tenantWith, userWith } from '../fixtures/tenants.ts';

const site = (description: string) => moduleLicense({ name: '?', description });
const seat = (description: string) => moduleLicense({ name: '?', description, scope: 'user' });

function suiteIn(bought: readonly ModuleLicense[], granted: readonly GrantedLicense[] = []) {
  const { modules } = assumptions.suite;
  return detectSuite(findSuiteIndicators(bought, modules), findSuiteIndicators(granted, modules));
}

describe('detectSuite', () => {
  it('detects the published Suite tenant by its description', () => {
    expect(suiteIn(publishedTenant('suite-core').modules)).toEqual({
      kind: 'suite',
      plan: 'core',
      by: { step: 'description', text: 'CRM Suite Core' },
    });
  });

  it.each(suitePlans)('detects the plan %s', (plan) => {
    expect(suiteIn([site(`CRM Suite ${plan}`)])?.plan).toBe(plan);
    expect(suiteIn([site(`SuperOffice ${plan.toUpperCase()} Suite`)])?.plan).toBe(plan);
    expect(suiteIn([seat(plan)])?.plan).toBe(plan);
  });

  it('uses the same license regardless of row order and prefers one that names a plan', () => {
    const both = [site('CRM Suite Core'), site('Core of the CRM Suite')];
    for (const bought of [both, both.toReversed()]) {
      expect(suiteIn(bought)).toMatchObject({ plan: 'core', by: { text: 'CRM Suite Core' } });
    }
    const open = moduleLicense({ name: 'suitemarker' });
    const named = moduleLicense({ name: 'Suite-3-Growth' });
    const first = moduleLicense({ name: 'SUITEMARKER' });
    for (const bought of [
      [open, named],
      [named, open],
      [first, named, open],
    ]) {
      expect(suiteIn(bought)).toMatchObject({ plan: 'growth', by: { text: 'Suite-3-Growth' } });
    }
  });

  it('detects Suite from the user licenses alone', () => {
    const user = userWith(grantedLicense({ name: '?', description: 'CRM Suite Growth', scope: 'site' }));
    expect(suiteIn([], user.granted)?.plan).toBe('growth');
  });

  it.each([
    ['suite2core', 'core'],
    ['Suite-3-Growth', 'growth'],
    ['suitemarker', null],
  ] as const)('detects Suite by the module name %s', (name, plan) => {
    const tenant = tenantWith(moduleLicense({ name, description: '' }));
    expect(suiteIn(tenant.modules)).toEqual({
      kind: 'suite',
      plan,
      by: { step: 'module-name', text: name },
    });
  });

  it('takes the plan from another license when the module is only a marker', () => {
    const tenant = tenantWith(moduleLicense({ name: 'suitemarker' }), site('CRM Suite Plus'));
    expect(suiteIn(tenant.modules)?.plan).toBe('plus');
    const named = tenantWith(moduleLicense({ name: 'suitemarker' }), moduleLicense({ name: 'suite4plus' }));
    expect(suiteIn(named.modules)?.by).toEqual({ step: 'module-name', text: 'suite4plus' });
  });

  it('leaves the plan undetermined when the Suite has no known plan or two plans', () => {
    expect(suiteIn([site('CRM Suite Enterprise')])?.plan).toBeNull();
    expect(suiteIn([site('CRM Suite Core'), site('CRM Suite Plus')])?.plan).toBeNull();
  });

  it.each([
    ['user plans', publishedTenant('premium')],
    ['an empty license', tenantWith()],
    ['a site license that is only called Core', tenantWith(site('Core'))],
    ['another product with a suite in its name', tenantWith(site('Office suite plus'))],
    ['a partner', tenantWith({ ...site('CRM Suite Core'), owner: 'ACME' })],
    ['a seat called Plus beside user plans', tenantWith(seat('Plus'), moduleLicense({ name: 'ten-sales' }))],
    ['a name every object has', tenantWith(moduleLicense({ name: 'constructor' }))],
  ])('does not detect Suite in %s', (_case, tenant) => {
    expect(suiteIn(tenant.modules)).toBeNull();
  });
});

describe('suiteReaches', () => {
  it('treats a plan as including itself and every lower plan', () => {
    expect(isSuitePlanAtLeast('growth', 'core')).toBe(true);
    expect(isSuitePlanAtLeast('growth', 'growth')).toBe(true);
    expect(isSuitePlanAtLeast('core', 'growth')).toBe(false);
  });
});

describe('Suite availability of a feature', () => {
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
  ] as const)('%s is available from %s (possibly from %s)', (feature, from, possiblyFrom, confidence) => {
    expect(ruleOf(feature).suiteAvailability).toEqual({ from, possiblyFrom, confidence });
  });
});
