import { describe, expect, it } from 'vitest';
import { getUserPlan } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { GrantedLicense, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { indexLicenses, indexTenantLicenses } from '../../../../src/licensing/licenses/license-index.ts';
import { detectPlan, toAssignedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { assumptions } from '../fixtures/engine.ts';
import { grantedLicense, userPartlyKnown, userWith } from '../fixtures/tenants.ts';

function detectPlanOfUser(user: UserLicenses) {
  return detectPlan(indexLicenses(indexTenantLicenses(null), user, '2026-12-01'), assumptions);
}

function detect(...granted: readonly GrantedLicense[]) {
  return detectPlanOfUser(userWith(...granted));
}

function plan(name: string, description = '', extraInfo = ''): GrantedLicense {
  return grantedLicense({ name, description, extraInfo, extraFlags: 1 });
}

describe('detectPlan', () => {
  it('prefers an old plan over an undocumented plan regardless of their order', () => {
    const old = plan('superlicense-sales-pro', 'Sales');
    const undocumented = plan('a-plan-of-their-own', 'Own');
    for (const granted of [
      [old, undocumented],
      [undocumented, old],
    ]) {
      expect(detect(...granted)).toMatchObject({ kind: 'old-plan', module: 'superlicense-sales-pro' });
    }
  });

  it('uses separately granted licenses for one plan without a set, but not for two plans', () => {
    const separateGrant = grantedLicense({ name: 'quote-cal' });
    expect(detect(plan('ten-sales'), separateGrant)).toMatchObject({ tiers: { sales: 'premium' } });
    expect(detect(plan('ten-sales'), plan('ten-service'), separateGrant)).toMatchObject({
      tiers: { sales: 'unknown', service: 'unknown' },
    });
  });

  it('detects a current plan by its name and determines its tier', () => {
    expect(detect(plan('ten-sales', 'Sales Premium', 'set=user,quote-cal'))).toMatchObject({
      kind: 'user-plan',
      plan: { key: 'sales-premium' },
      modules: ['ten-sales'],
      description: 'Sales Premium',
      findings: [{ solution: 'sales', tier: 'premium', step: 'premium-module', by: 'quote-cal' }],
    });
  });

  it('names no plan while a tier is unknown', () => {
    expect(detect(plan('ten-salesservice', 'Sales Premium and Service'))).toMatchObject({
      kind: 'user-plan',
      plan: null,
      tiers: { sales: 'premium', service: 'unknown', marketing: 'none' },
    });
  });

  it('combines two plans and uses the marker in the set of each', () => {
    const granted = [plan('ten-sales', '', 'set=user,t1'), plan('ten-service', '', 'set=user,t2')];
    expect(detect(...granted)).toMatchObject({ plan: { key: 'sales-essential+service-premium' } });
  });

  it('uses a marker granted separately from a single plan', () => {
    expect(detect(plan('ten-marketing'), grantedLicense({ name: 't1' }))).toMatchObject({
      plan: { key: 'marketing-essential' },
    });
  });

  it.each([0, 3])('treats a documented plan name as a plan regardless of its flags: %i', (extraFlags) => {
    expect(detect(grantedLicense({ name: 'ten-sales', extraFlags }))).toMatchObject({ kind: 'user-plan' });
  });

  it('does not treat a license with flag 2 as a plan', () => {
    const marker = grantedLicense({ name: 'sales-t2', extraFlags: 2 });
    expect(detect(marker, grantedLicense({ name: 'user' }))).toBeNull();
  });

  it('ignores a plan issued by a partner', () => {
    const foreign = { ...plan('ten-sales', 'Sales Premium'), owner: 'ACME' };
    expect(detect(foreign, grantedLicense({ name: 'user' }))).toBeNull();
  });

  it('detects version 8 and 9 plans and reports their tiers as unknown', () => {
    expect(detect(plan('superlicense-sales-pro', 'Sales User'))).toEqual({
      kind: 'old-plan',
      module: 'superlicense-sales-pro',
      tiers: { sales: 'unknown', service: 'none', marketing: 'none' },
      description: 'Sales User',
    });
  });

  it('prefers a current plan over an old one, and an old one over an undocumented one', () => {
    const strange = plan('twelve-sales', 'Sales 12');
    const old = plan('superlicense-complete');
    expect(detect(strange, old, plan('ten-sales'))).toMatchObject({ modules: ['ten-sales'] });
    expect(detect(strange, old)).toMatchObject({ kind: 'old-plan' });
    expect(detect(strange)).toEqual({
      kind: 'undocumented-plan',
      module: 'twelve-sales',
      description: 'Sales 12',
    });
  });

  it('treats the no-selection license as no plan unless the user has another plan', () => {
    const noSelection = plan('superlicense-no-selection');
    expect(detect(noSelection)).toEqual({ kind: 'no-plan', module: 'superlicense-no-selection' });
    expect(detect(noSelection, plan('ten-sales'))).toMatchObject({ kind: 'user-plan' });
  });

  it('reports no plan for a user who cannot log in', () => {
    expect(detect()).toEqual({ kind: 'no-plan', module: null });
    expect(detect(grantedLicense({ name: 'sale', scope: 'site' }))).toEqual({
      kind: 'no-plan',
      module: null,
    });
  });

  it('returns null for a user who can log in without a plan', () => {
    expect(detect(grantedLicense({ name: 'user' }))).toBeNull();
  });

  it('returns null for a user whose licenses are not reported', () => {
    expect(detectPlanOfUser(userPartlyKnown())).toBeNull();
    const separateGrant = grantedLicense({ name: 'visible-for' });
    expect(detectPlanOfUser(userPartlyKnown(separateGrant))).toBeNull();
  });
});

describe('toAssignedPlan', () => {
  it('returns the tiers of the plan as documented findings with the step what-if', () => {
    const plan = getUserPlan('sales-premium+marketing-essential');
    expect(toAssignedPlan(plan)).toEqual({
      kind: 'user-plan',
      plan,
      tiers: { sales: 'premium', service: 'none', marketing: 'essential' },
      modules: ['ten-salesmarketing'],
      description: plan.label,
      findings: [
        {
          solution: 'sales',
          tier: 'premium',
          step: 'what-if',
          by: null,
          confidence: 'documented',
          against: [],
        },
        {
          solution: 'marketing',
          tier: 'essential',
          step: 'what-if',
          by: null,
          confidence: 'documented',
          against: [],
        },
      ],
    });
  });
});
