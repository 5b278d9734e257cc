import { describe, expect, it } from 'vitest';
import { entitlementEngine } from '../fixtures/engine.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../fixtures/tenants.ts';

const today = '2026-12-01';
const premium = entitlementEngine(publishedTenant('premium'), today);

describe('the plan that a text of the list of users names', () => {
  it.each([
    ['', 'none'],
    ['(No Selection)', 'none'],
    ['Sales Premium', 'sales-premium'],
    ['SalesPremiumServicePremium', 'sales-premium+service-premium'],
    ['Sales-Essentials + Marketing-Premium', 'sales-essential+marketing-premium'],
    ['Salgspakke', 'unknown'],
    ['Premium', 'unknown'],
  ])('is found for %j: %s', (text, plan) => {
    expect(premium.identifyPlan(text)).toBe(plan);
  });

  it("is the tenant's own plan of this description, whatever its name", () => {
    const own = moduleLicense({
      name: 'ten-sales',
      description: 'Salgspakke',
      extraFlags: 1,
      extraInfo: 'set=user,quote-cal',
      purchased: 4,
    });
    const entitlements = entitlementEngine(tenantWith(own), today);
    expect(entitlements.identifyPlan('Salgspakke')).toBe('sales-premium');
    expect(entitlements.identifiedSeats()).toMatchObject([{ key: 'sales-premium', purchased: 4 }]);
  });

  it('is unknown if the tier of the own plan is', () => {
    const own = moduleLicense({ name: 'ten-sales', description: 'Sales', extraFlags: 1, purchased: 4 });
    const entitlements = entitlementEngine(tenantWith(own), today);
    expect(entitlements.identifyPlan('Sales')).toBe('unknown');
    expect(entitlements.identifiedSeats()).toMatchObject([{ key: null, purchased: 4 }]);
  });
});
