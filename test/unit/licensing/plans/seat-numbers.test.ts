import { describe, expect, it } from 'vitest';
import { countSeatNumbers } from '../../../../src/licensing/plans/seat-numbers.ts';
import { assumptions } from '../fixtures/engine.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../fixtures/tenants.ts';

const plan = (fields: Parameters<typeof moduleLicense>[0]) =>
  moduleLicense({ scope: 'user', extraFlags: 1, purchased: 15, seats: { inUse: 5, free: 10 }, ...fields });

describe('countSeatNumbers', () => {
  it('lists the user plans of a tenant', () => {
    expect(countSeatNumbers(publishedTenant('premium'), assumptions)).toEqual([
      { module: 'ten-marketing', purchased: 7, inUse: 3 },
      { module: 'ten-sales', purchased: 21, inUse: 21 },
      { module: 'ten-salesservicemarketing', purchased: 20, inUse: 20 },
      { module: 'ten-service', purchased: 15, inUse: 5 },
    ]);
  });

  it('lists the seats of CRM Suite under one name', () => {
    expect(countSeatNumbers(publishedTenant('suite-core'), assumptions)).toEqual([
      { module: 'crm-suite', purchased: 20, inUse: 17 },
    ]);
  });

  it('adds up versions of a plan, and does not guess a number that one of them lacks', () => {
    const versions = [plan({ name: 'ten-sales', version: '1' }), plan({ name: 'ten-sales', version: '2' })];
    expect(countSeatNumbers(tenantWith(...versions), assumptions)).toEqual([
      { module: 'ten-sales', purchased: 30, inUse: 10 },
    ]);
    const unknown = plan({ name: 'ten-sales', version: '3', seats: null });
    expect(countSeatNumbers(tenantWith(...versions, unknown), assumptions)).toEqual([
      { module: 'ten-sales', purchased: 45, inUse: null },
    ]);
  });

  it('has no number of purchased seats that are unlimited or billed by use', () => {
    const rows = [plan({ name: 'ten-sales', purchased: 9_999 }), plan({ name: 'ten-service' })];
    expect(countSeatNumbers(tenantWith(...rows), assumptions)).toEqual([
      { module: 'ten-sales', purchased: null, inUse: 5 },
      { module: 'ten-service', purchased: null, inUse: 5 },
    ]);
    expect(
      countSeatNumbers(tenantWith(plan({ name: 'ten-sales', unrestricted: true })), assumptions),
    ).toEqual([{ module: 'ten-sales', purchased: null, inUse: 5 }]);
  });
});
