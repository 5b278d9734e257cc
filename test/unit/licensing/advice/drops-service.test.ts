import { describe, expect, it } from 'vitest';
import { dropsService, purchasesService } from '../../../../src/licensing/advice/drops-service.ts';
import { planKeys } from '../../../../src/licensing/catalogue/user-plans.ts';
import { entitlementEngine } from '../fixtures/engine.ts';
import {
  grantedLicense,
  moduleLicense,
  publishedTenant,
  tenantWith,
  userWith,
  userWithPlan,
} from '../fixtures/tenants.ts';

const premium = publishedTenant('premium');
const plans = entitlementEngine(premium, '2026-12-01');
const withPlan = (name: string, set: string) =>
  userWith(
    grantedLicense({ name, description: name, extraFlags: 1, extraInfo: `set=${set}` }),
    ...set.split(',').map((license) => grantedLicense({ name: license })),
  );

describe('dropsService', () => {
  it.each([
    ['a current plan with Service', userWithPlan(premium, 'ten-service')],
    ['an old plan with Service', withPlan('superlicense-service-pro', 'user,ej-client')],
    ['an undocumented plan with request management', withPlan('ten-other', 'user,ej-client')],
  ])('is true for every plan without Service after %s', (_name, user) => {
    const report = plans.report(user);
    for (const plan of planKeys) expect(dropsService(report, plan)).toBe(!plan.includes('service'));
  });

  it.each([
    ['a current plan without Service', userWithPlan(premium, 'ten-sales')],
    ['an old plan without Service', withPlan('superlicense-sales-pro', 'user')],
    ['an undocumented plan without request management', withPlan('ten-other', 'user')],
    ['no plan', userWith()],
    ['unknown licenses', null],
  ])('is false for every plan after %s', (_name, user) => {
    const report = plans.report(user);
    for (const plan of planKeys) expect(dropsService(report, plan)).toBe(false);
  });

  it('is false for every plan one step up', () => {
    for (const plan of ['ten-sales', 'ten-service', 'ten-marketing']) {
      const user = userWithPlan(premium, plan);
      const steps = plans.nextTierOptions(user);
      expect(steps.length).toBeGreaterThan(0);
      for (const step of steps)
        if (step.kind === 'user-plan') expect(dropsService(plans.report(user), step.plan)).toBe(false);
    }
  });
});

describe('purchasesService', () => {
  const purchase = (name: string) =>
    purchasesService(
      entitlementEngine(tenantWith(moduleLicense({ name, extraFlags: 1 })), '2026-12-01').planSeats(),
    );

  it('knows the solutions of documented plans, and supposes Service in any other', () => {
    expect(['ten-sales', 'ten-salesservice', 'ten-other'].map(purchase)).toEqual([false, true, true]);
    expect(['superlicense-sales-pro', 'superlicense-service-pro'].map(purchase)).toEqual([false, true]);
    expect(['superlicense-no-selection', 'sale-cal'].map((name) => purchase(name))).toEqual([false, true]);
  });
});
