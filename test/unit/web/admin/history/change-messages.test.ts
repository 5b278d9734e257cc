import { describe, expect, it } from 'vitest';
import type { LicenseChange } from '../../../../../src/licensing/licenses/license-diff.ts';
import { changeRows } from '../../../../../src/web/admin/history/change-messages.ts';
import { english, german } from '../../harness.ts';

const detectedAt = new Date('2026-11-26T10:00:00Z');
const module = { owner: 'SUPEROFFICE', name: 'ten-sales', description: 'Sales Premium' };
const markus = { associateId: 101, name: 'Markus Brandt' };

const words = (
  change: LicenseChange,
  user: typeof markus | { associateId: number; name: null } | null = null,
) => changeRows([{ change, detectedAt: detectedAt, user }], english)[0]?.what;

describe('changeRows', () => {
  it.each<[LicenseChange, string]>([
    [{ kind: 'added', module, purchased: 1200 }, 'Sales-Premium: new, 1,200 purchased'],
    [{ kind: 'removed', module, purchased: 7 }, 'Sales-Premium: no longer there (7 before)'],
    [{ kind: 'purchased', module, from: 7, to: 9 }, 'Sales-Premium: 7 → 9 purchased'],
    [
      { kind: 'contents', module, from: 'set=a', to: 'set=b' },
      'Sales-Premium: now switches on different modules',
    ],
    [{ kind: 'expiry', from: '2027-03-27', to: null }, 'Licence end date: 27 March 2027 → no end'],
    [{ kind: 'expiry', from: null, to: '2027-03-27' }, 'Licence end date: no end → 27 March 2027'],
  ])('describes the license change %j', (change, what) => {
    expect(words(change)).toBe(what);
  });

  it('shows a user by name, or by number if the name is unknown, and a user without a plan as such', () => {
    const change = { kind: 'user-plan', from: '', to: 'Sales Premium' } as const;
    expect(words(change, markus)).toBe('Markus Brandt: no plan → Sales-Premium');
    expect(words({ ...change, from: 'Sales Premium', to: '' }, { associateId: 101, name: null })).toBe(
      'User 101: Sales-Premium → no plan',
    );
    expect(words({ ...change, from: 'SalesPremiumServicePremium', to: '(No Selection)' }, markus)).toBe(
      'Markus Brandt: Sales-Premium + Service-Premium → no plan',
    );
  });

  it('shows a module by its module name when it has no description', () => {
    expect(words({ kind: 'purchased', module: { ...module, description: '' }, from: 1, to: 2 })).toBe(
      'ten-sales: 1 → 2 purchased',
    );
  });

  it('shows when the change was found, in the language of the page', () => {
    const rows = changeRows(
      [{ change: { kind: 'added', module, purchased: 2 }, detectedAt: detectedAt, user: null }],
      german,
    );
    expect(rows).toEqual([
      {
        detectedAt: { text: german.timestamp(detectedAt.getTime()), iso: '2026-11-26T10:00:00.000Z' },
        what: 'Sales-Premium: neu, 2 erworben',
      },
    ]);
  });
});
