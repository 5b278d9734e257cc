import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { countSuiteSeats } from '../../../../src/licensing/plans/suite-seats.ts';
import { scaleRuns } from '../../../support/long-form.ts';
import { assumptions } from '../fixtures/engine.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../fixtures/tenants.ts';

const suite = publishedTenant('suite-core');
const site = moduleLicense({ name: '?', description: 'CRM Suite Core' });
const seats = moduleLicense({ name: '?', description: 'Core', scope: 'user', purchased: 20 });

function countSeats(tenant: TenantLicenses | null, canLogIn: number | null) {
  const {
    suite: { modules },
    billedByUseFrom,
  } = assumptions;
  return countSuiteSeats(tenant, canLogIn, { modules, billedByUseFrom });
}

describe('countSuiteSeats', () => {
  it('counts the users of the published tenant who can log in', () => {
    expect(countSeats(suite, 18)).toEqual({
      valid: true,
      state: 'free',
      purchased: 20,
      used: 18,
      free: 2,
      countedBy: 'can-log-in',
    });
  });

  it('falls back to the number in use by license when users are not counted', () => {
    expect(countSeats(suite, null)).toMatchObject({ used: 17, free: 3, countedBy: 'license' });
  });

  it.each([
    [0, 'free', 20],
    [19, 'free', 1],
    [20, 'full', 0],
    [21, 'over', -1],
    [400, 'over', -380],
  ])('with %i users who can log in, the state is %s with %i free seats', (canLogIn, state, free) => {
    expect(countSeats(suite, canLogIn)).toMatchObject({ state, free, used: canLogIn });
  });

  it('always reports a free seat without a limit, whatever number was purchased', () => {
    const tenant = tenantWith(site, { ...seats, unrestricted: true });
    expect(countSeats(tenant, 500)).toMatchObject({
      state: 'free',
      purchased: 'unlimited',
      free: 'unlimited',
    });
  });

  it.each(['suiteuser', 'Suite-2-Core', 'SUPEROFFICE.SuiteUser'])(
    'detects the seat license named %s',
    (name) => {
      const tenant = tenantWith(site, moduleLicense({ name, description: '', scope: 'user', purchased: 7 }));
      expect(countSeats(tenant, 3)).toMatchObject({ valid: true, purchased: 7 });
    },
  );

  it('ignores other user licenses and licenses of a partner', () => {
    const other = moduleLicense({ name: 'visible-for', scope: 'user', purchased: 900 });
    const foreign = { ...seats, owner: 'ACME', purchased: 900 };
    expect(countSeats(tenantWith(site, other, foreign, seats), 1)).toMatchObject({ purchased: 20 });
  });

  it.each([
    ['a refused tenant license', null, 3, 'license-unknown'],
    ['a tenant with user plans', publishedTenant('premium'), 3, 'no-suite'],
    ['a tenant without licenses', tenantWith(), 3, 'no-suite'],
    ['a Suite without a seat license', tenantWith(site), 3, 'no-seat-license'],
    ['a seat license with site scope', tenantWith(site, { ...seats, scope: 'site' }), 3, 'no-seat-license'],
    [
      'two versions of the seat license',
      tenantWith(site, seats, { ...seats, version: '12' }),
      3,
      'several-seat-licenses',
    ],
    [
      'seat licenses of two plans',
      tenantWith(site, seats, { ...seats, description: 'Plus' }),
      3,
      'several-seat-licenses',
    ],
    ['an unknown number of users', tenantWith(site, seats), null, 'use-unknown'],
  ] as const)('returns a reason instead of seat counts: %s', (_case, tenant, canLogIn, reason) => {
    expect(countSeats(tenant, canLogIn)).toEqual({ valid: false, reason });
  });

  it('counts no free seat of a tenant that pays for the seats in use', () => {
    const tenant = tenantWith(site, { ...seats, purchased: 100_000 });
    const billedByUse = { state: 'free', purchased: 'by-use', used: 21, free: 'by-use' };
    expect(countSeats(tenant, 21)).toMatchObject(billedByUse);
  });

  it('falls back to the number in use although the number of free seats is missing', () => {
    const tenant = tenantWith(site, { ...seats, seats: { inUse: 17, free: null } });
    expect(countSeats(tenant, null)).toMatchObject({ used: 17, free: 3 });
  });

  it('never reports a free seat that does not exist', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat({ max: 50 }), (purchased, canLogIn) => {
        const found = countSeats(tenantWith(site, { ...seats, purchased }), canLogIn);
        if (!found.valid) throw new Error(found.reason);
        expect(found.free).toBe(purchased - canLogIn);
        expect(found.state === 'free').toBe(canLogIn < purchased);
        expect(found.state === 'over').toBe(canLogIn > purchased);
      }),
      { numRuns: scaleRuns(10_000) },
    );
  });
});
