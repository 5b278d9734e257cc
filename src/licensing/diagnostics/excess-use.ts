import { sum } from '../licenses/license-counts.ts';
import type { Diagnostic, ExcessUse } from './diagnostic.ts';
import type { CountedPlanRow } from './seat-count-check.ts';

/**
 * Puts the user plans with more seats in use than purchased first, each with the inconsistencies that follow from it. A
 * plan assigns the licenses of its set, so an excess of the plan is also one of these licenses, and it can make their
 * purchased number differ from the seats of their plans. An inconsistency larger than the excess has another cause.
 */
export function foldExcessUse(
  found: readonly Diagnostic[],
  plans: readonly CountedPlanRow[],
): readonly Diagnostic[] {
  const causes = found.filter(
    (each): each is ExcessUse => isExcessUse(each) && plans.some(({ plan }) => plan === each.module),
  );
  const causesOf = (diagnostic: Diagnostic) => {
    const assigning = causes.filter(({ module: plan }) => assigns(plans, plan, diagnostic));
    return getSize(diagnostic) <= sum(assigning.map(getSize)) ? assigning : [];
  };
  const folded = causes.map((cause) => ({
    ...cause,
    derived: found.filter((each) => causesOf(each)[0] === cause),
  }));
  const others = found.filter(
    (each) => !causes.some((cause) => cause === each) && causesOf(each).length === 0,
  );
  return [...folded, ...others];
}

function isExcessUse(diagnostic: Diagnostic): diagnostic is ExcessUse {
  return diagnostic.kind === 'more-in-use-than-purchased';
}

/** Whether a plan assigns the license of an inconsistency that an excess of the plan can cause. */
function assigns(plans: readonly CountedPlanRow[], plan: string, diagnostic: Diagnostic): boolean {
  if (!isExcessUse(diagnostic) && diagnostic.kind !== 'seat-count-differs') return false;
  return plans.some((row) => row.plan === plan && row.set.includes(diagnostic.module));
}

/** By how many seats the numbers differ. */
function getSize(diagnostic: Diagnostic): number {
  if (isExcessUse(diagnostic)) return diagnostic.inUse - diagnostic.purchased;
  if (diagnostic.kind !== 'seat-count-differs') return Number.POSITIVE_INFINITY;
  return Math.abs(diagnostic.purchased - diagnostic.inPlans);
}
