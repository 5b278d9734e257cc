import { planLicenseConflict } from './decide-feature.ts';
import type { FeatureDecision } from './entitlement.ts';
import type { FeatureRule } from './rules.ts';

/**
 * Changes an enabled feature to `hidden-by-role` if one of the user's function rights hides it
 * (docs/superoffice/changes-2026.md#13-rights-and-settings-that-hide-a-feature). A hidden feature that is missing or
 * view-only needs both a license and another role; if no plan change would add it, its state is unknown. `rights` are
 * normalized names.
 */
export function applyFunctionRights(
  decision: FeatureDecision,
  rule: FeatureRule,
  rights: ReadonlySet<string>,
  canBeUpgraded: boolean,
): FeatureDecision {
  const name = rule.hidingFunctionRights.find((right) => rights.has(right));
  if (name === undefined || decision.state === 'unknown') return decision;
  const evidence = [...decision.evidence, { kind: 'function-right', name } as const];
  const confidence = 'inferred';
  if (decision.state === 'enabled') {
    return { state: 'hidden-by-role', reason: 'hidden-by-function-right', confidence, evidence };
  }
  if (!canBeUpgraded) return { ...planLicenseConflict, evidence };
  return { state: 'upgrade', reason: 'not-licensed-and-hidden-by-role', confidence, evidence };
}

/** Normalizes function rights: trimmed and in lower case. */
export function normalizeFunctionRights(functionRights: readonly string[] | null): ReadonlySet<string> {
  return new Set((functionRights ?? []).map((right) => right.trim().toLowerCase()));
}
