import { describe, expect, it } from 'vitest';
import type { ModuleLicense } from '../../../../src/licensing/licenses/license-data.ts';
import { toldOnce } from '../../../../src/licensing/licenses/told-twice.ts';
import { moduleLicense } from '../fixtures/tenants.ts';

const row = moduleLicense({ name: 'sale-cal', seats: { inUse: 3, free: 2 } });

describe('toldOnce', () => {
  it('keeps one of the rows that differ in the spelling of owner and name only, the first', () => {
    const others = [{ ...row, name: 'Sale-CAL' }, { ...row, owner: 'SuperOffice' }, structuredClone(row)];
    expect(toldOnce([row, ...others])).toEqual([row]);
  });

  it.each<[string, Partial<ModuleLicense>]>([
    ['version', { version: '9.2' }],
    ['scope', { scope: 'user' }],
    ['number bought', { purchased: 99 }],
    ['number in use', { seats: { inUse: 4, free: 2 } }],
    ['number free', { seats: { inUse: 3, free: 1 } }],
    ['seats untold', { seats: null }],
    ['limit', { unrestricted: !row.unrestricted }],
    ['visibility', { hidden: !row.hidden }],
    ['flags', { extraFlags: 2 }],
    ['set', { extraInfo: 'set=web' }],
    ['description', { description: 'Sales' }],
    ['tooltip', { tooltip: 'Sales' }],
    ['prerequisite', { prerequisite: 'sale' }],
  ])('keeps both where they differ in %s', (_what, change) => {
    const other = { ...row, ...change };
    expect(toldOnce([row, other, row])).toEqual([row, other]);
  });

  it('takes rows without seats for alike', () => {
    const untold = { ...row, seats: null };
    expect(toldOnce([untold, { ...untold, name: ' sale-cal' }])).toEqual([untold]);
  });
});
