import { describe, expect, it } from 'vitest';
import type { TenantEntitlements } from '../../../../../src/licensing/entitlement-engine.ts';
import type { Contract } from '../../../../../src/tenants/tenant.ts';
import { fewerSeatsAddress, freeSeatsOffer } from '../../../../../src/web/admin/reclaim/fewer-seats.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { goldenTenants } from '../../../licensing/fixtures/golden-cases.ts';
import { publishedTenant } from '../../../licensing/fixtures/tenants.ts';
import { english } from '../../harness.ts';

const address = (tenant: 'premium' | 'suite-core', userPlans: readonly string[]) =>
  fewerSeatsAddress(
    userPlans.map((userPlan) => ({ userPlan })),
    entitlementEngine(publishedTenant(tenant), '2026-11-29'),
    'en',
    english,
  );

describe('the offer to give back free seats', () => {
  const offer = (plans: TenantEntitlements, contract: Contract | null) =>
    freeSeatsOffer({ plans, contract, lang: 'en', language: english });
  const contract = { start: '2026-03-27', period: 'yearly' } as const;

  it('asks for the seats in use, of CRM Suite as well', () => {
    expect(offer(entitlementEngine(publishedTenant('suite-core'), '2026-11-29'), contract)).toEqual({
      text: '3 seats are free.',
      when: 'A plan cancelled today stays until the contract renews on 27 March 2027.',
      href: '/admin/contract?lang=en&core=17#message',
    });
  });

  it('is not made without a contract, without seats, and for seats that are billed by use', () => {
    const premium = entitlementEngine(publishedTenant('premium'), '2026-11-29');
    expect(offer(premium, null)).toBeNull();
    expect(offer(premium, { ...contract, start: '2027-01-01' })).toBeNull();
    expect(offer(entitlementEngine(null, '2026-11-29'), contract)).toBeNull();
    const billed = goldenTenants.get('seats-billed-by-use') ?? null;
    expect(offer(entitlementEngine(billed, '2026-11-29'), contract)).toBeNull();
  });
});

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
