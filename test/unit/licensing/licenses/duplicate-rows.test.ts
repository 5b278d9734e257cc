import { describe, expect, it } from 'vitest';
import { dedupeRows } from '../../../../src/licensing/licenses/duplicate-rows.ts';
import type { ModuleLicense } from '../../../../src/licensing/licenses/license-data.ts';
import { moduleLicense } from '../fixtures/tenants.ts';

const row = moduleLicense({ name: 'sale-cal', seats: { inUse: 3, free: 2 } });

describe('dedupeRows', () => {
  it('keeps only the first of the rows that differ only in the spelling of owner and name', () => {
    const others = [{ ...row, name: 'Sale-CAL' }, { ...row, owner: 'SuperOffice' }, structuredClone(row)];
    expect(dedupeRows([row, ...others])).toEqual([row]);
  });

  it.each<[string, Partial<ModuleLicense>]>([
    ['version', { version: '9.2' }],
    ['scope', { scope: 'user' }],
    ['number purchased', { purchased: 99 }],
    ['number in use', { seats: { inUse: 4, free: 2 } }],
    ['number free', { seats: { inUse: 3, free: 1 } }],
    ['presence of seat counts', { seats: null }],
    ['limit', { unrestricted: !row.unrestricted }],
    ['visibility', { hidden: !row.hidden }],
    ['value of ExtraFlags', { extraFlags: 2 }],
    ['license set', { extraInfo: 'set=web' }],
    ['description', { description: 'Sales' }],
    ['tooltip', { tooltip: 'Sales' }],
    ['prerequisite', { prerequisite: 'sale' }],
  ])('keeps both rows when the %s differs', (_what, change) => {
    const other = { ...row, ...change };
    expect(dedupeRows([row, other, row])).toEqual([row, other]);
  });

  it('treats rows without seats as duplicates', () => {
    const unknown = { ...row, seats: null };
    expect(dedupeRows([unknown, { ...unknown, name: ' sale-cal' }])).toEqual([unknown]);
  });
});
