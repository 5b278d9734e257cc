import { describe, expect, it } from 'vitest';
import { checkSeatCounts } from '../../../../src/licensing/diagnostics/seat-count-check.ts';
import { moduleLicense } from '../fixtures/tenants.ts';

describe('checkSeatCounts', () => {
  it('ignores a license that is also purchased as a site license', () => {
    const plan = { plan: 'ten-sales', set: ['x-cal'], seats: 10 };
    const user = moduleLicense({ name: 'x-cal', scope: 'user', purchased: 5 });
    const site = moduleLicense({ name: 'x-cal', scope: 'site', purchased: 1 });
    const check = (...rows: (typeof user)[]) => checkSeatCounts(new Map([['x-cal', rows]]), [plan] as never);
    expect(check(user)).toHaveLength(1);
    expect(check(user, site)).toEqual([]);
    expect(checkSeatCounts(new Map(), [plan] as never)).toEqual([]);
  });
});
