import { describe, expect, it } from 'vitest';
import { noticesOn } from '../../../src/plans/license-dates.ts';
import { tenantWith } from './fixtures/tenants.ts';

const dated = {
  ...tenantWith(),
  adminWarningDate: '2027-02-27',
  expiryDate: '2027-03-27',
  graceDate: '2027-04-08',
};

describe('noticesOn', () => {
  it.each([
    ['2027-02-26', undefined],
    ['2027-02-27', 'license-expires-soon'],
    ['2027-03-27', 'license-expires-soon'],
    ['2027-03-28', 'license-expired'],
    ['2027-04-08', 'license-expired'],
    ['2027-04-09', 'license-read-only'],
  ])('on %s says %s', (today, kind) => {
    expect(noticesOn(dated, today)[0]?.kind).toBe(kind);
  });

  it('carries the dates', () => {
    expect(noticesOn(dated, '2027-04-01')).toEqual([
      { kind: 'license-expired', date: '2027-03-27', graceDate: '2027-04-08' },
    ]);
    expect(noticesOn(dated, '2027-05-01')).toEqual([
      { kind: 'license-read-only', date: '2027-04-08', graceDate: '2027-04-08' },
    ]);
  });

  it('does not let grace end what has not expired, or never does', () => {
    const graceDate = '2020-01-01';
    expect(noticesOn({ ...dated, expiryDate: null, graceDate }, '2027-01-01')).toEqual([]);
    expect(noticesOn({ ...dated, graceDate }, '2027-01-01')).toEqual([]);
  });

  it('stays expired where no grace is set, and silent where nothing is', () => {
    expect(noticesOn({ ...dated, graceDate: null }, '2030-01-01')[0]?.kind).toBe('license-expired');
    expect(noticesOn({ ...dated, adminWarningDate: null }, '2027-03-01')).toEqual([]);
    expect(noticesOn(tenantWith(), '2030-01-01')).toEqual([]);
    expect(noticesOn(null, '2030-01-01')).toEqual([]);
  });
});
