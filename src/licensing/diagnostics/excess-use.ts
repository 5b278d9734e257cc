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
  const planNames = new Set(plans.map(({ plan }) => plan));
  const causes = found.filter(isExcessUse).filter(({ module }) => planNames.has(module));
  if (causes.length === 0) return found;
  const causesByModule = groupCausesByModule(causes, plans);
  const derived = new Map<Diagnostic, Diagnostic[]>(causes.map((cause) => [cause, []]));
  const others: Diagnostic[] = [];
  for (const each of found) {
    if (derived.has(each)) continue;
    const list = derived.get(findCause(each, causesByModule) ?? each) ?? others;
    list.push(each);
  }
  return [...causes.map((cause) => ({ ...cause, derived: derived.get(cause) ?? [] })), ...others];
}

type CausesByModule = ReadonlyMap<string, ReadonlySet<ExcessUse>>;

/** The overused plans that assign each license, in the order of the causes. */
function groupCausesByModule(causes: readonly ExcessUse[], plans: readonly CountedPlanRow[]): CausesByModule {
  const causeByPlan = new Map(causes.map((cause) => [cause.module, cause]));
  const groups = new Map<string, Set<ExcessUse>>();
  for (const { plan, set } of plans) {
    const cause = causeByPlan.get(plan);
    if (cause === undefined) continue;
    for (const module of set) groups.set(module, (groups.get(module) ?? new Set()).add(cause));
  }
  return groups;
}

function findCause(diagnostic: Diagnostic, causesByModule: CausesByModule): ExcessUse | undefined {
  if (!isExcessUse(diagnostic) && diagnostic.kind !== 'seat-count-differs') return undefined;
  const causes = [...(causesByModule.get(diagnostic.module) ?? [])];
  const size = isExcessUse(diagnostic)
    ? getExcess(diagnostic)
    : Math.abs(diagnostic.purchased - diagnostic.inPlans);
  return size <= sum(causes.map(getExcess)) ? causes[0] : undefined;
}

function isExcessUse(diagnostic: Diagnostic): diagnostic is ExcessUse {
  return diagnostic.kind === 'more-in-use-than-purchased';
}

function getExcess({ inUse, purchased }: ExcessUse): number {
  return inUse - purchased;
}
