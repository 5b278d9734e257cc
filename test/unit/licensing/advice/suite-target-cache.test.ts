import { describe, expect, it, vi } from 'vitest';
import { findSuiteTarget, memoizeSuiteTargets } from '../../../../src/licensing/advice/suite-target.ts';
import type { UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { reportEntitlements } from '../fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../fixtures/tenants.ts';

const premium = publishedTenant('premium');
const salesUser = userWithPlan(premium, 'ten-sales');
const marketingUser = userWithPlan(premium, 'ten-marketing');

function setUp() {
  const findPlan = vi.fn(
    (user: UserLicenses) => reportEntitlements({ tenant: premium, user, today: '2026-12-01' }).plan,
  );
  return { findPlan, findTarget: memoizeSuiteTargets(findPlan) };
}

describe('memoizeSuiteTargets', () => {
  it('evaluates a list of users once for repeated requests', () => {
    const { findPlan, findTarget } = setUp();
    const users = [salesUser, marketingUser];
    const first = findTarget(users);
    expect(findTarget(users)).toBe(first);
    expect(findPlan.mock.calls).toEqual([[salesUser], [marketingUser]]);
  });

  it('returns the target of the users in each list', () => {
    const { findPlan, findTarget } = setUp();
    const [sales, both] = [[salesUser], [salesUser, marketingUser]];
    expect(findTarget(sales)).toEqual(findSuiteTarget([findPlan(salesUser)]));
    expect(findTarget(both)).toEqual(findSuiteTarget([findPlan(salesUser), findPlan(marketingUser)]));
    expect(findTarget(sales)).not.toEqual(findTarget(both));
  });
});
