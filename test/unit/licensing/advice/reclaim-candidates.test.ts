import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findReclaimCandidates,
  type SeatHolder,
} from '../../../../src/licensing/advice/reclaim-candidates.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const daysAgo = (days: number) => new Date(now - days * 24 * 60 * 60_000);
const holder: SeatHolder = {
  userPlan: 'Sales Premium',
  retired: false,
  canLogIn: true,
  waitingForApproval: false,
  waitingSince: null,
  loginReported: true,
  lastLoginAt: daysAgo(1),
  listedSince: daysAgo(400),
  isKept: false,
};
/** On the first list of the tenant, and no candidate. */
const founder = { ...holder, listedSince: daysAgo(500) };

function reasonOf(
  given: Partial<SeatHolder>,
  rules: { days?: number; seatIsTakenBy?: 'plan' | 'log-in' } = {},
) {
  const users = [founder, { ...holder, ...given }];
  const found = findReclaimCandidates(users, { now, days: 90, seatIsTakenBy: 'plan', ...rules });
  expect(found.length).toBeLessThan(2);
  return found[0]?.reason ?? null;
}

describe('candidates for reclaiming a seat', () => {
  it.each<[string, Partial<SeatHolder>, string | null]>([
    ['logs in', {}, null],
    ['has left', { retired: true, canLogIn: false }, 'retired'],
    ['cannot log in', { canLogIn: false }, 'cannot-log-in'],
    ['waits for long', { waitingForApproval: true, waitingSince: daysAgo(90) }, 'waiting'],
    ['waits for a while', { waitingForApproval: true, canLogIn: false, waitingSince: daysAgo(89) }, null],
    ['waits since an unknown day', { waitingForApproval: true, lastLoginAt: null }, null],
    ['last logged in long ago', { lastLoginAt: daysAgo(90) }, 'no-login'],
    ['last logged in a while ago', { lastLoginAt: daysAgo(89) }, null],
    ['has never logged in', { lastLoginAt: null }, 'never-logged-in'],
    ['has never logged in and was listed lately', { lastLoginAt: null, listedSince: daysAgo(89) }, null],
    ['has unreported logins', { loginReported: false, lastLoginAt: null }, null],
    ['has unreported states', { canLogIn: null, waitingForApproval: null }, null],
  ])('a user who %s', (_who, given, reason) => {
    expect(reasonOf(given)).toBe(reason);
  });

  it('have waited for the chosen number of days', () => {
    expect(reasonOf({ lastLoginAt: daysAgo(89) }, { days: 60 })).toBe('no-login');
  });

  it('are not new, unless the list before did not exist', () => {
    expect(reasonOf({ retired: true, listedSince: daysAgo(29) })).toBeNull();
    expect(reasonOf({ retired: true, listedSince: daysAgo(30) })).toBe('retired');
    const first = { ...holder, listedSince: daysAgo(2), lastLoginAt: null };
    const rules = { now, days: 90, seatIsTakenBy: 'plan' } as const;
    expect(findReclaimCandidates([first], rules)).toEqual([{ user: first, reason: 'never-logged-in' }]);
  });

  it('take a seat of CRM Suite only if they can log in', () => {
    const suite = { seatIsTakenBy: 'log-in' } as const;
    expect(reasonOf({ lastLoginAt: daysAgo(90) }, suite)).toBe('no-login');
    expect(reasonOf({ lastLoginAt: daysAgo(90), canLogIn: null }, suite)).toBe('no-login');
    for (const given of [
      { retired: true },
      { canLogIn: false },
      { waitingForApproval: true, waitingSince: daysAgo(90) },
    ])
      expect(reasonOf({ ...given, lastLoginAt: daysAgo(90) }, suite)).toBeNull();
  });

  it('are never excluded users, whatever their data', () => {
    const date = fc.option(fc.integer({ min: -5, max: 1_000 }).map(daysAgo));
    const flag = fc.option(fc.boolean());
    const user: fc.Arbitrary<SeatHolder> = fc.record({
      userPlan: fc.constantFrom('', '(No Selection)', 'Sales Premium', 'Unknown'),
      retired: fc.boolean(),
      canLogIn: flag,
      waitingForApproval: flag,
      waitingSince: date,
      loginReported: fc.boolean(),
      lastLoginAt: date,
      listedSince: fc.integer({ min: -5, max: 1_000 }).map(daysAgo),
      isKept: fc.boolean(),
    });
    const rules = fc.record({
      now: fc.constant(now),
      days: fc.integer({ min: 30, max: 800 }),
      seatIsTakenBy: fc.constantFrom('plan' as const, 'log-in' as const),
    });
    fc.assert(
      fc.property(fc.array(user), rules, (users, chosen) => {
        const found = findReclaimCandidates(users, chosen);
        const firstListAt = Math.min(...users.map(({ listedSince }) => listedSince.getTime()));
        const from = daysAgo(chosen.days).getTime();
        for (const { user: each, reason } of found) {
          expect(users).toContain(each);
          expect(each.isKept).toBe(false);
          expect(['', '(No Selection)']).not.toContain(each.userPlan);
          const isNew = each.listedSince > daysAgo(30) && each.listedSince.getTime() !== firstListAt;
          expect(isNew).toBe(false);
          const since = { 'no-login': each.lastLoginAt, waiting: each.waitingSince }[String(reason)];
          if (since !== undefined) expect(since?.getTime()).toBeLessThanOrEqual(from);
          if (reason.endsWith('-login') || reason.startsWith('never')) expect(each.loginReported).toBe(true);
        }
        expect(new Set(found.map(({ user: each }) => each)).size).toBe(found.length);
      }),
    );
  });
});
