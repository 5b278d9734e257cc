import { describe, expect, it, vi } from 'vitest';
import { findSuiteTarget, memoizeSuiteTargets } from '../../../../src/licensing/advice/suite-target.ts';
import type { UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { reportEntitlements } from '../fixtures/engine.ts';
import { holderOf, publishedTenant } from '../fixtures/tenants.ts';

const premium = publishedTenant('premium');
const salesman = holderOf(premium, 'ten-sales');
const marketer = holderOf(premium, 'ten-marketing');

function remembering() {
  const heldBy = vi.fn(
    (user: UserLicenses) => reportEntitlements({ tenant: premium, user, today: '2026-12-01' }).plan,
  );
  return { heldBy, targetOf: memoizeSuiteTargets(heldBy) };
}

describe('Suite target cache', () => {
  it('evaluates a list of users once for repeated requests', () => {
    const { heldBy, targetOf } = remembering();
    const users = [salesman, marketer];
    const first = targetOf(users);
    expect(targetOf(users)).toBe(first);
    expect(heldBy.mock.calls).toEqual([[salesman], [marketer]]);
  });

  it('returns the target of the users in each list', () => {
    const { heldBy, targetOf } = remembering();
    const [sales, both] = [[salesman], [salesman, marketer]];
    expect(targetOf(sales)).toEqual(findSuiteTarget([heldBy(salesman)]));
    expect(targetOf(both)).toEqual(findSuiteTarget([heldBy(salesman), heldBy(marketer)]));
    expect(targetOf(sales)).not.toEqual(targetOf(both));
  });
});
