import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModuleLicense, TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { anyModule, anyTenant, runs, someCase, timeoutMs, today } from '../fixtures/arbitraries.ts';
import { entitlementEngine } from '../fixtures/engine.ts';
import { moduleLicense, tenantWith } from '../fixtures/tenants.ts';

const planNames = ['ten-sales', 'ten-service', 'ten-salesservice'] as const;
const anyPlan = fc
  .tuple(anyModule, fc.constantFrom(...planNames))
  .map(([row, name]): ModuleLicense => ({ ...row, owner: 'SUPEROFFICE', name, extraFlags: 1 }));
const hugePlan = fc
  .tuple(fc.constantFrom(...planNames), fc.integer({ min: 9999, max: 2 ** 32 - 1 }), fc.nat({ max: 50 }))
  .map(([name, purchased, inUse]) =>
    moduleLicense({
      name,
      scope: 'user',
      extraFlags: 1,
      purchased,
      seats: { inUse, free: purchased - inUse },
    }),
  );

const withRow = (tenant: TenantLicenses, row: ModuleLicense): TenantLicenses => ({
  ...tenant,
  modules: [row, ...tenant.modules],
});
const seatsOf = (row: ModuleLicense) => entitlementEngine(tenantWith(row), today).planSeats()[0];

describe('seats', () => {
  it('a tenant with one implausible total has no number of purchased or free seats', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(anyTenant, hugePlan, (tenant, huge) => {
        const seats = entitlementEngine(withRow(tenant, huge), today).planSeats();
        expect(seats.length).toBeGreaterThan(0);
        const counts = seats.flatMap(({ purchased, free }) => [purchased, free]);
        expect(counts.filter((each) => each !== 'by-use' && each !== 'unlimited')).toEqual([]);
      }),
      runs,
    );
  });

  it('no advice for such a tenant says that a seat is free or missing', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(someCase, hugePlan, ({ tenant, user }, huge) => {
        const modules = tenant.modules.map((row) => ({ ...row, unrestricted: false }));
        const plans = entitlementEngine(withRow({ ...tenant, modules }, huge), today);
        const upgrades = [...plans.report(user).features.values()].flatMap((each) => each.upgrades);
        const advised = [...upgrades, ...plans.nextTierOptions(user)];
        const seats = advised.flatMap((each) => (each.kind === 'user-plan' ? [each.seat] : []));
        expect(seats.filter((seat) => seat === 'assign' || seat === 'buy')).toEqual([]);
      }),
      runs,
    );
  });

  it('a missing number of a plan leaves its other numbers as they are', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(anyPlan, (row) => {
        const { inUse = null, free = null } = row.seats ?? {};
        const all = seatsOf({ ...row, seats: { inUse, free } });
        const withoutFree = seatsOf({ ...row, seats: { inUse, free: null } });
        const withoutUse = seatsOf({ ...row, seats: { inUse: null, free } });
        fc.pre(all?.purchased !== 'by-use');
        expect(withoutFree?.inUse).toEqual(all?.inUse);
        expect([withoutFree?.purchased, withoutUse?.purchased]).toEqual([all?.purchased, all?.purchased]);
        const isReported = free !== null && Number.isInteger(free) && !row.unrestricted;
        if (isReported) expect(withoutUse?.free).toBe(free);
      }),
      runs,
    );
  });
});
