import { describe, expect, it } from 'vitest';
import { findSuiteTarget } from '../../../../src/licensing/advice/suite-target.ts';
import { getFeatureLabel } from '../../../../src/licensing/catalogue/labels.ts';
import { findSuiteAvailability } from '../../../../src/licensing/catalogue/suite-availability.ts';
import { checkSeatCounts } from '../../../../src/licensing/diagnostics/seat-count-check.ts';
import { decideByLicense } from '../../../../src/licensing/entitlements/decide-by-license.ts';
import { compileRules } from '../../../../src/licensing/entitlements/rules.ts';
import { findUnknownModules } from '../../../../src/licensing/entitlements/unknown-modules.ts';
import { indexLicenses, indexTenantLicenses } from '../../../../src/licensing/licenses/license-index.ts';
import { normalizeModuleName } from '../../../../src/licensing/licenses/module-names.ts';
import { holding } from '../fixtures/assigned-plans.ts';
import { assumptions, ruleOf, rules } from '../fixtures/engine.ts';
import { grantedLicense, moduleLicense, tenantWith, userWith } from '../fixtures/tenants.ts';

const today = '2026-12-01';

describe('module names', () => {
  it('module names are compared without owner prefix, case and blanks', () => {
    expect(
      ['sale-cal', ' SALE-CAL ', 'superoffice.sale-cal', 'SUPEROFFICE. sale-cal'].map(normalizeModuleName),
    ).toEqual(Array(4).fill('sale-cal'));
  });

  it('an unknown module is shown in one spelling, regardless of order', () => {
    const spelled = ['brand-new', 'Brand-New', 'BRAND-NEW'].map((name) => moduleLicense({ name }));
    for (const order of [spelled, spelled.toReversed(), [spelled[1], spelled[0], spelled[2]]]) {
      expect([...findUnknownModules(order as typeof spelled, rules).values()]).toEqual(['BRAND-NEW']);
    }
  });

  it('modules that the assumptions use as tier markers are known', () => {
    const site = { ...assumptions.tierMarkers.site, sales: { essential: 'own-e', premium: 'own-p' } };
    const tierMarkers = { user: { essential: 'own-1', premium: 'own-2' }, site };
    const changed = compileRules({ ...assumptions, tierMarkers });
    const modules = ['own-e', 'own-p', 'own-1', 'own-2', 'own-3'].map((name) => moduleLicense({ name }));
    expect([...findUnknownModules(modules, changed).values()]).toEqual(['own-3']);
  });
});

describe('a purchased plan with an undocumented name', () => {
  const row = moduleLicense({
    name: 'own-plan',
    description: '  ',
    scope: 'user',
    extraFlags: 1,
    extraInfo: 'set=user,sale-cal',
  });

  it('the plan is recognized as a user plan even when the granted license has no plan flag', () => {
    const grant = grantedLicense({ name: 'own-plan', description: '' });
    const licenseIndex = indexLicenses(indexTenantLicenses(tenantWith(row)), userWith(grant), today);
    expect(licenseIndex.plans).toEqual([{ name: 'own-plan', description: '', set: ['sale-cal', 'user'] }]);
    expect(licenseIndex.user.has('sale-cal')).toBe(true);
  });
});

describe('a feature with a parent feature', () => {
  it('the feature is unknown when plan and licenses conflict about the parent feature', () => {
    const parentFeature = ruleOf('request-management');
    const rule = {
      ...ruleOf('quote-management'),
      parentFeature: parentFeature.feature,
      site: [],
      user: ['not-held'],
    };
    const held = holding('service-essential');
    const licenseIndex = indexLicenses(indexTenantLicenses(tenantWith()), userWith(), today);
    const verdict = decideByLicense(rule, rules, { licenseIndex, plan: held });
    expect(verdict).toMatchObject({
      state: 'unknown',
      reason: 'plan-license-conflict',
      confidence: 'none',
    });
    expect(verdict.evidence.at(-1)).toMatchObject({ kind: 'feature', row: parentFeature.rows[0].id });
  });
});

describe('a feature with an undetermined parent feature', () => {
  it('the feature is unknown even when its own license is missing', () => {
    const rule = {
      ...ruleOf('request-management'),
      parentFeature: 'quote-management',
      site: [],
      user: ['not-held'],
    } as const;
    const tiers = { sales: 'unknown', service: 'none', marketing: 'none' } as const;
    const held = {
      kind: 'user-plan',
      plan: null,
      tiers,
      modules: [],
      description: '',
      findings: [],
    } as const;
    const licenseIndex = indexLicenses(indexTenantLicenses(null), userWith(), today);
    const told = { ...licenseIndex, userLicensesKnown: true, siteLicensesKnown: true };
    // Of a feature without a license the plan alone decides, and its tier is open.
    const parentFeature = { ...ruleOf('quote-management'), site: [], user: [] };
    const features = new Map([...rules.features, [parentFeature.feature, parentFeature] as const]);
    const verdict = decideByLicense(rule, { ...rules, features }, { licenseIndex: told, plan: held });
    expect(verdict).toMatchObject({ state: 'unknown', reason: 'tier-unknown', confidence: 'none' });
  });
});

describe('feature label', () => {
  it('the label equals that of the first row, with misprints corrected', () => {
    expect(getFeatureLabel('saint', 'en')).toBe('Activity Monitors (SAINT)');
    expect(getFeatureLabel('companies-and-contacts', 'de')).toBe('Firmen und Personen');
  });
});

describe('seat count check', () => {
  it('ignores a license that is also purchased as a site license', () => {
    const plan = { plan: 'ten-sales', set: ['x-cal'], seats: 10 };
    const user = moduleLicense({ name: 'x-cal', scope: 'user', purchased: 5 });
    const site = moduleLicense({ name: 'x-cal', scope: 'site', purchased: 1 });
    const check = (...rows: (typeof user)[]) => checkSeatCounts(new Map([['x-cal', rows]]), [plan] as never);
    expect(check(user)).toHaveLength(1);
    expect(check(user, site)).toEqual([]);
    expect(checkSeatCounts(new Map(), [plan] as never)).toEqual([]);
  });
});

describe('CRM Suite', () => {
  it('uses the requirement assumed for a feature before the requirement of its tier', () => {
    const { rows } = ruleOf('quote-management');
    const need = { from: 'super', possiblyFrom: 'plus', confidence: 'inferred' } as const;
    const { needByTier } = assumptions.suite;
    expect(findSuiteAvailability(rows, { needByTier, needByFeature: { 'quote-management': need } })).toEqual(
      need,
    );
    expect(findSuiteAvailability(rows, { needByTier, needByFeature: {} })).not.toEqual(need);
  });

  it('starts the target range at Starter for a user with an undocumented plan', () => {
    const target = findSuiteTarget([{ kind: 'undocumented-plan', module: 'x', description: '' }]);
    expect(target).toMatchObject({ kind: 'range', atLeast: 'starter' });
  });
});
