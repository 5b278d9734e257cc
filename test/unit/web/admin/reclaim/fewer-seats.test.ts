import { describe, expect, it } from 'vitest';
import { fewerSeatsAddress } from '../../../../../src/web/admin/reclaim/fewer-seats.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { publishedTenant } from '../../../licensing/fixtures/tenants.ts';
import { english } from '../../harness.ts';

const address = (tenant: 'premium' | 'suite-core', userPlans: readonly string[]) =>
  fewerSeatsAddress(
    userPlans.map((userPlan) => ({ userPlan })),
    entitlementEngine(publishedTenant(tenant), '2026-11-29'),
    'en',
    english,
  );

describe('the message for fewer seats', () => {
  it('asks for one seat less of the plan of each user, and leaves out what is not known', () => {
    const userPlans = ['Sales Premium', 'Marketing Premium', 'Sales Premium', 'Field Light'];
    expect(address('premium', userPlans)).toBe('/admin/contract?lang=en&s2v0m0=19&s0v0m2=6#message');
    expect(address('premium', ['Field Light'])).toBe('/admin/contract?lang=en#message');
  });

  it('asks for fewer seats of the one plan on CRM Suite', () => {
    expect(address('suite-core', ['Core', 'Core'])).toBe('/admin/contract?lang=en&core=18#message');
  });
});
