import { conflict } from './decide-by-license.ts';
import type { FeatureDecision } from './entitlement.ts';
import type { FeatureRule } from './rules.ts';

/**
 * Turns what the user holds into `hidden-by-role` where a function right of theirs hides it
 * (docs/superoffice/user-plans.md#10-function-rights). What they lack or can only view needs both then: the
 * license and another role; where no plan change would bring it, since the user's own plan has it, nobody can
 * tell. `rights` are compared names.
 */
export function applyFunctionRights(
  verdict: FeatureDecision,
  rule: FeatureRule,
  rights: ReadonlySet<string>,
  canBeUpgraded: boolean,
): FeatureDecision {
  const name = rule.hidingFunctionRights.find((right) => rights.has(right));
  if (name === undefined || verdict.state === 'unknown') return verdict;
  const evidence = [...verdict.evidence, { kind: 'function-right', name } as const];
  const confidence = 'inferred';
  if (verdict.state === 'enabled') {
    return { state: 'hidden-by-role', reason: 'hidden-by-function-right', confidence, evidence };
  }
  if (!canBeUpgraded) return { ...conflict, evidence };
  return { state: 'upgrade', reason: 'not-licensed-and-hidden-by-role', confidence, evidence };
}

/** Function rights as they are compared: trimmed, lower case. */
export function comparedRights(functionRights: readonly string[] | null): ReadonlySet<string> {
  return new Set((functionRights ?? []).map((right) => right.trim().toLowerCase()));
}
