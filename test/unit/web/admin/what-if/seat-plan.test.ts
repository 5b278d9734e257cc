import { describe, expect, it } from 'vitest';
import type { PlanKey } from '../../../../../src/licensing/catalogue/user-plans.ts';
import type { ModuleLicense } from '../../../../../src/licensing/licenses/license-data.ts';
import type { HeldPlan } from '../../../../../src/licensing/plans/identify-plan.ts';
import { findOtherCounts, planSeats, toSeats } from '../../../../../src/web/admin/what-if/seat-plan.ts';
import {
  parseWhatIfQuery,
  seatParameter,
  type WhatIfQuery,
} from '../../../../../src/web/admin/what-if/what-if-query.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { moduleLicense, tenantWith } from '../../../licensing/fixtures/tenants.ts';

const plan = (fields: Partial<ModuleLicense>) =>
  moduleLicense({
    name: 'ten-sales',
    description: 'Sales Premium',
    scope: 'user',
    extraFlags: 1,
    extraInfo: 'set=user,quote-cal',
    purchased: 20,
    seats: { inUse: 3, free: 17 },
    ...fields,
  });
const entitlementsWith = (...rows: readonly ModuleLicense[]) =>
  entitlementEngine(tenantWith(...rows), '2026-12-01');
const nothingTyped: WhatIfQuery = parseWhatIfQuery({});
const typed = (key: PlanKey, text: string) => parseWhatIfQuery({ [seatParameter(key)]: text });
const holding = (...held: readonly (readonly [HeldPlan, number])[]) => new Map(held);

describe('the seats of a plan', () => {
  it.each<[string, readonly ModuleLicense[], number | 'unlimited']>([
    ['are the purchased ones', [plan({})], 20],
    ['of several versions are added up', [plan({}), plan({ version: '12', purchased: 5 })], 25],
    ['are unlimited if the license is', [plan({ unrestricted: true })], 'unlimited'],
    ['are unlimited if they are billed by use', [plan({ purchased: 9_999 })], 'unlimited'],
    ['are those in use if none are reported', [], 3],
  ])('%s', (_title, rows, count) => {
    const seats = planSeats(entitlementsWith(...rows), holding(['sales-premium', 3]), nothingTyped);
    expect(seats).toMatchObject([{ plan: 'sales-premium', inUse: 3, count, isInvalid: false }]);
  });

  it('are those that are typed, also of a plan that nobody has', () => {
    const entitlements = entitlementsWith(plan({ unrestricted: true }));
    const held = holding(['sales-premium', 3]);
    expect(toSeats(planSeats(entitlements, held, typed('sales-premium', ' 7 ')))).toEqual(
      new Map([['sales-premium', 7]]),
    );
    expect(planSeats(entitlements, held, typed('service-premium', '4'))).toMatchObject([
      { plan: 'sales-premium', count: 'unlimited', text: '' },
      { plan: 'service-premium', count: 4, purchased: 0 },
    ]);
  });

  it.each(['-1', '1.5', 'ten', '100001', '1e3'])('are invalid if %j is typed', (text) => {
    const entitlements = entitlementsWith(plan({}));
    expect(planSeats(entitlements, holding(), typed('sales-premium', text))).toMatchObject([
      { text, isInvalid: true },
    ]);
  });

  it('of an unknown plan or no plan are not listed', () => {
    expect(planSeats(entitlementsWith(), holding(['unknown', 2], ['none', 1]), nothingTyped)).toEqual([]);
  });

  it('differ from the list of users if SuperOffice reports another number in use', () => {
    const entitlements = entitlementsWith(plan({}), plan({ version: '12', seats: { inUse: 1, free: 4 } }));
    expect(findOtherCounts(entitlements, holding(['sales-premium', 4]))).toEqual([]);
    expect(findOtherCounts(entitlements, holding(['sales-premium', 3]))).toEqual(['sales-premium']);
    expect(findOtherCounts(entitlementsWith(plan({ seats: null })), holding())).toEqual([]);
  });
});
