import type { UserLicenses } from '../licenses/license-data.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import { findSuiteTarget, type SuiteTarget } from './suite-target.ts';

/** Finds where a tenant's users lead on CRM Suite, once per list of users: it is asked for each of them. */
export function memoizeSuiteTargets(
  heldBy: (user: UserLicenses) => DetectedPlan | null,
): (users: readonly UserLicenses[]) => SuiteTarget {
  const known = new WeakMap<readonly UserLicenses[], SuiteTarget>();
  return (users) => {
    const target = known.get(users) ?? findSuiteTarget(users.map((user) => heldBy(user)));
    known.set(users, target);
    return target;
  };
}
