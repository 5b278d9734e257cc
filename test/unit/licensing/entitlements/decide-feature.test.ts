import { describe, expect, it } from 'vitest';
import { decideFeature } from '../../../../src/licensing/entitlements/decide-feature.ts';
import { indexLicenses, indexTenantLicenses } from '../../../../src/licensing/licenses/license-index.ts';
import { assignedPlan } from '../fixtures/assigned-plans.ts';
import { getRule, rules } from '../fixtures/engine.ts';
import { tenantWith, userWith } from '../fixtures/tenants.ts';

const today = '2026-12-01';

describe('decideByLicense for a feature with a parent feature', () => {
  it('returns unknown when plan and licenses conflict about the parent feature', () => {
    const parentFeature = getRule('request-management');
    const rule = {
      ...getRule('quote-management'),
      parentFeature: parentFeature.feature,
      site: [],
      user: ['not-granted'],
    };
    const plan = assignedPlan('service-essential');
    const licenseIndex = indexLicenses(indexTenantLicenses(tenantWith()), userWith(), today);
    const decision = decideFeature(rule, rules, { licenseIndex, plan });
    expect(decision).toMatchObject({
      state: 'unknown',
      reason: 'plan-license-conflict',
      confidence: 'none',
    });
    expect(decision.evidence.at(-1)).toMatchObject({ kind: 'feature', row: parentFeature.rows[0].id });
  });

  it('returns unknown while the parent feature is undetermined, even when its own license is missing', () => {
    const rule = {
      ...getRule('request-management'),
      parentFeature: 'quote-management',
      site: [],
      user: ['not-granted'],
    } as const;
    const tiers = { sales: 'unknown', service: 'none', marketing: 'none' } as const;
    const plan = {
      kind: 'user-plan',
      plan: null,
      tiers,
      modules: [],
      description: '',
      findings: [],
    } as const;
    const licenseIndex = {
      ...indexLicenses(indexTenantLicenses(null), userWith(), today),
      userLicensesKnown: true,
      siteLicensesKnown: true,
    };
    // Only the plan decides a feature without licenses, and the tier of this plan is unknown.
    const parentFeature = { ...getRule('quote-management'), site: [], user: [] };
    const features = new Map([...rules.features, [parentFeature.feature, parentFeature] as const]);
    const decision = decideFeature(rule, { ...rules, features }, { licenseIndex, plan });
    expect(decision).toMatchObject({ state: 'unknown', reason: 'tier-unknown', confidence: 'none' });
  });
});
