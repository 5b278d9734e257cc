import { describe, expect, it } from 'vitest';
import { describedPlanName } from '../../../src/web/plan-names.ts';

describe('describedPlanName', () => {
  it.each([
    ['Sales Premium', 'Sales-Premium'],
    ['SalesPremiumServicePremiumMarketingPremium', 'Sales-Premium + Service-Premium + Marketing-Premium'],
    ['Sales Essentials + Service Premium', 'Sales-Essentials + Service-Premium'],
    ['SalesPREM-ServicePREM', 'SalesPREM-ServicePREM'],
    ['Developer Tools', 'Developer Tools'],
    ['', ''],
  ])('%j is shown as %j', (description, name) => {
    expect(describedPlanName(description)).toBe(name);
  });
});
