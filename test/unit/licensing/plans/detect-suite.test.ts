import { describe, expect, it } from 'vitest';
import { suitePlans } from '../../../../src/licensing/catalogue/suite-plans.ts';
import type { GrantedLicense, ModuleLicense } from '../../../../src/licensing/licenses/license-data.ts';
import { normalizeLicenses } from '../../../../src/licensing/licenses/normalized-license.ts';
import { detectSuite, findSuiteIndicators } from '../../../../src/licensing/plans/detect-suite.ts';
import { assumptions } from '../fixtures/engine.ts';
import { grantedLicense, moduleLicense, publishedTenant, tenantWith, userWith } from '../fixtures/tenants.ts';

const site = (description: string) => moduleLicense({ name: '?', description });
const seat = (description: string) => moduleLicense({ name: '?', description, scope: 'user' });

function detect(purchased: readonly ModuleLicense[], granted: readonly GrantedLicense[] = []) {
  const { modules } = assumptions.suite;
  const [ofTenant, ofUser] = [normalizeLicenses(purchased), normalizeLicenses(granted)];
  return detectSuite(findSuiteIndicators(ofTenant, modules), findSuiteIndicators(ofUser, modules));
}

describe('detectSuite', () => {
  it('detects the published Suite tenant by its description', () => {
    expect(detect(publishedTenant('suite-core').modules)).toEqual({
      kind: 'suite',
      plan: 'core',
      by: { step: 'description', text: 'CRM Suite Core' },
    });
  });

  it.each(suitePlans)('detects the plan %s', (plan) => {
    expect(detect([site(`CRM Suite ${plan}`)])?.plan).toBe(plan);
    expect(detect([site(`SuperOffice ${plan.toUpperCase()} Suite`)])?.plan).toBe(plan);
    expect(detect([seat(plan)])?.plan).toBe(plan);
  });

  it('uses the same license regardless of row order and prefers one that names a plan', () => {
    const both = [site('CRM Suite Core'), site('Core of the CRM Suite')];
    for (const purchased of [both, both.toReversed()]) {
      expect(detect(purchased)).toMatchObject({ plan: 'core', by: { text: 'CRM Suite Core' } });
    }
    const marker = moduleLicense({ name: 'suitemarker' });
    const named = moduleLicense({ name: 'Suite-3-Growth' });
    const first = moduleLicense({ name: 'SUITEMARKER' });
    for (const purchased of [
      [marker, named],
      [named, marker],
      [first, named, marker],
    ]) {
      expect(detect(purchased)).toMatchObject({ plan: 'growth', by: { text: 'Suite-3-Growth' } });
    }
  });

  it('detects Suite from the user licenses alone', () => {
    const user = userWith(grantedLicense({ name: '?', description: 'CRM Suite Growth', scope: 'site' }));
    expect(detect([], user.granted)?.plan).toBe('growth');
  });

  it.each([
    ['suite2core', 'core'],
    ['Suite-3-Growth', 'growth'],
    ['suitemarker', null],
  ] as const)('detects Suite by the module name %s', (name, plan) => {
    const tenant = tenantWith(moduleLicense({ name, description: '' }));
    expect(detect(tenant.modules)).toEqual({
      kind: 'suite',
      plan,
      by: { step: 'module-name', text: name },
    });
  });

  it('takes the plan from another license when the module is only a marker', () => {
    const tenant = tenantWith(moduleLicense({ name: 'suitemarker' }), site('CRM Suite Plus'));
    expect(detect(tenant.modules)?.plan).toBe('plus');
    const named = tenantWith(moduleLicense({ name: 'suitemarker' }), moduleLicense({ name: 'suite4plus' }));
    expect(detect(named.modules)?.by).toEqual({ step: 'module-name', text: 'suite4plus' });
  });

  it('leaves the plan undetermined when the Suite has no known plan or two plans', () => {
    expect(detect([site('CRM Suite Enterprise')])?.plan).toBeNull();
    expect(detect([site('CRM Suite Core'), site('CRM Suite Plus')])?.plan).toBeNull();
  });

  it.each([
    ['a tenant with user plans', publishedTenant('premium')],
    ['a tenant without licenses', tenantWith()],
    ['a site license named Core', tenantWith(site('Core'))],
    ['another product with Suite in its name', tenantWith(site('Office suite plus'))],
    ['a partner license', tenantWith({ ...site('CRM Suite Core'), owner: 'ACME' })],
    [
      'a user license named Plus in a tenant with user plans',
      tenantWith(seat('Plus'), moduleLicense({ name: 'ten-sales' })),
    ],
    ['a module named like an object property', tenantWith(moduleLicense({ name: 'constructor' }))],
  ])('does not detect Suite for %s', (_case, tenant) => {
    expect(detect(tenant.modules)).toBeNull();
  });
});
