import { describe, expect, it } from 'vitest';
import type { GrantedLicense, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { indexLicenses, indexTenantLicenses } from '../../../../src/licensing/licenses/license-index.ts';
import { detectPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { assumptions } from '../fixtures/engine.ts';
import { grantedLicense, userPartlyKnown, userWith } from '../fixtures/tenants.ts';

function planHeldBy(user: UserLicenses) {
  return detectPlan(indexLicenses(indexTenantLicenses(null), user, '2026-12-01'), assumptions);
}

function detect(...granted: readonly GrantedLicense[]) {
  return planHeldBy(userWith(...granted));
}

function plan(name: string, description = '', extraInfo = ''): GrantedLicense {
  return grantedLicense({ name, description, extraInfo, extraFlags: 1 });
}

describe('recognisePlan', () => {
  it('prefers an old plan to one nobody documented, whatever their order', () => {
    const old = plan('superlicense-sales-pro', 'Sales');
    const undocumented = plan('a-plan-of-their-own', 'Own');
    for (const granted of [
      [old, undocumented],
      [undocumented, old],
    ]) {
      expect(detect(...granted)).toMatchObject({ kind: 'old-plan', module: 'superlicense-sales-pro' });
    }
  });

  it('lets what is granted beside speak for a plan without a set, but for none of two plans', () => {
    const beside = grantedLicense({ name: 'quote-cal' });
    expect(detect(plan('ten-sales'), beside)).toMatchObject({ tiers: { sales: 'premium' } });
    expect(detect(plan('ten-sales'), plan('ten-service'), beside)).toMatchObject({
      tiers: { sales: 'unknown', service: 'unknown' },
    });
  });

  it('knows a plan of today by its name and finds its tier', () => {
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

  it('adds up two plans, each with the marker in its own set', () => {
    const granted = [plan('ten-sales', '', 'set=user,t1'), plan('ten-service', '', 'set=user,t2')];
    expect(detect(...granted)).toMatchObject({ plan: { key: 'sales-essential+service-premium' } });
  });

  it('uses a marker granted beside a single plan', () => {
    expect(detect(plan('ten-marketing'), grantedLicense({ name: 't1' }))).toMatchObject({
      plan: { key: 'marketing-essential' },
    });
  });

  it.each([0, 3])('takes a documented plan name for a plan whatever its flags: %i', (extraFlags) => {
    expect(detect(grantedLicense({ name: 'ten-sales', extraFlags }))).toMatchObject({ kind: 'user-plan' });
  });

  it('does not take a flag of 2 for a plan', () => {
    const marker = grantedLicense({ name: 'sales-t2', extraFlags: 2 });
    expect(detect(marker, grantedLicense({ name: 'user' }))).toBeNull();
  });

  it('does not take the plan of a partner for a plan', () => {
    const foreign = { ...plan('ten-sales', 'Sales Premium'), owner: 'ACME' };
    expect(detect(foreign, grantedLicense({ name: 'user' }))).toBeNull();
  });

  it('knows the plans of version 8 and 9, whose tiers nobody published', () => {
    expect(detect(plan('superlicense-sales-pro', 'Sales User'))).toEqual({
      kind: 'old-plan',
      module: 'superlicense-sales-pro',
      tiers: { sales: 'unknown', service: 'none', marketing: 'none' },
      description: 'Sales User',
    });
  });

  it('prefers a plan of today to an old one, and an old one to one nobody documented', () => {
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

  it('reads "no selection" as no plan, unless there is another', () => {
    const noSelection = plan('superlicense-no-selection');
    expect(detect(noSelection)).toEqual({ kind: 'no-plan', module: 'superlicense-no-selection' });
    expect(detect(noSelection, plan('ten-sales'))).toMatchObject({ kind: 'user-plan' });
  });

  it('knows that who may not log in has no plan', () => {
    expect(detect()).toEqual({ kind: 'no-plan', module: null });
    expect(detect(grantedLicense({ name: 'sale', scope: 'site' }))).toEqual({
      kind: 'no-plan',
      module: null,
    });
  });

  it('does not know the plan of who may log in without one', () => {
    expect(detect(grantedLicense({ name: 'user' }))).toBeNull();
  });

  it('does not know the plan of a user of whom nothing was told', () => {
    expect(planHeldBy(userPartlyKnown())).toBeNull();
    const beside = grantedLicense({ name: 'visible-for' });
    expect(planHeldBy(userPartlyKnown(beside))).toBeNull();
  });
});
