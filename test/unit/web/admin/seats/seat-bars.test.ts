import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TenantLicenses } from '../../../../../src/licensing/licenses/license-data.ts';
import { seatBars } from '../../../../../src/web/admin/seats/seat-bars.ts';
import { namedSeats } from '../../../../../src/web/admin/seats/seat-rows.ts';
import { seatTotals } from '../../../../../src/web/admin/seats/seat-totals.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { goldenTenants } from '../../../licensing/fixtures/golden-cases.ts';
import { publishedTenant, tenantWith } from '../../../licensing/fixtures/tenants.ts';
import { english, german } from '../../harness.ts';

const plan = { plan: 'Sales', purchased: 10, inUse: 8, free: 2 };

function barsOf(licenses: TenantLicenses) {
  const plans = entitlementEngine(licenses, '2026-12-01');
  return seatBars(namedSeats(plans, english), seatTotals(plans), english);
}

describe('seat bars', () => {
  it('show what is used and free of what is purchased, for each plan and for all', () => {
    const bars = barsOf(publishedTenant('premium'));
    expect(bars.map(({ name }) => name)).toEqual([
      'Marketing-Premium',
      'Sales-Premium',
      'Sales-Premium + Service-Premium + Marketing-Premium',
      'Service-Premium',
      'All plans',
    ]);
    expect(bars[0]).toEqual({
      name: 'Marketing-Premium',
      text: '3 of 7 in use, 4 free',
      parts: [
        { kind: 'used', x: '0.00%', width: '42.86%' },
        { kind: 'free', x: '42.86%', width: '57.14%' },
      ],
      isOverused: false,
    });
  });

  it('show what is in use above what is purchased', () => {
    const [bar] = seatBars([{ ...plan, inUse: 12, free: -2 }], null, german);
    expect(bar).toMatchObject({ text: '12 von 10 belegt, 2 zu viel', isOverused: true });
    expect(bar?.parts.map(({ kind, x }) => [kind, x])).toEqual([
      ['used', '0.00%'],
      ['excess', '83.33%'],
    ]);
  });

  it('show one bar for the seats of CRM Suite', () => {
    expect(barsOf(publishedTenant('suite-core'))).toMatchObject([
      { name: 'CRM Suite Core', text: '17 of 20 in use, 3 free' },
    ]);
  });

  it('tell in words what is no number', () => {
    for (const [name, text] of [
      ['suite-unlimited-seats', /^In use: \d+; purchased: Unlimited$/],
      ['seats-billed-by-use', /^In use: 8; purchased: billed by use$/],
    ] as const)
      expect(barsOf(goldenTenants.get(name) ?? tenantWith())[0]).toMatchObject({
        text: expect.stringMatching(text),
        parts: [],
      });
    const [unreported] = seatBars([{ ...plan, purchased: null, inUse: null, free: null }], null, english);
    expect(unreported).toMatchObject({ text: 'In use: not reported; purchased: not reported', parts: [] });
  });

  it('have no parts for a plan without seats', () => {
    const [bar] = seatBars([{ ...plan, purchased: 0, inUse: 0, free: 0 }], null, english);
    expect(bar).toMatchObject({ text: '0 of 0 in use, 0 free', parts: [] });
  });

  it('fill their whole width, whatever the numbers', () => {
    const count = fc.nat(100_000);
    fc.assert(
      fc.property(count, count, (purchased, inUse) => {
        fc.pre(purchased + inUse > 0);
        const seats = { plan: '', purchased, inUse, free: purchased - inUse };
        const [bar] = seatBars([seats], null, english);
        const width = bar?.parts.reduce((sum, part) => sum + Number.parseFloat(part.width), 0);
        expect(width).toBeCloseTo(100, 1);
      }),
    );
  });
});
