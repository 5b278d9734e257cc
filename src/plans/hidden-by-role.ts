import type { Verdict } from './entitlement.ts';
import type { FeatureKey } from './feature-keys.ts';

/**
 * The features each function right takes off the screen (user-plans.md 10; which features: inferred).
 * Targets have their own menu and sending email starts elsewhere too, so they stay.
 */
const hides = {
  'hide-sale': [
    'sales-and-opportunity-management',
    'sales-forecasting',
    'currency-support',
    'sales-secretary',
    'sales-guide',
    'sales-forecasting-product-level',
    'stakeholders',
    'quote-management',
  ],
  'hide-project': ['project-management'],
  'hide-selection': ['static-selections', 'dynamic-selections', 'selection-tasks', 'combined-selections'],
  'hide-reporter': ['print', 'standard-service-reports'],
} as const satisfies Record<string, readonly FeatureKey[]>;

/**
 * Turns what the user holds into `hidden-by-role` where a function right of theirs hides it. What they could only view
 * needs both then: the license and another role.
 */
export function applyFunctionRights(
  verdict: Verdict,
  feature: FeatureKey,
  functionRights: readonly string[] | null,
): Verdict {
  if (verdict.state !== 'enabled' && verdict.state !== 'view-only') return verdict;
  const held = new Set((functionRights ?? []).map((right) => right.trim().toLowerCase()));
  const hiding = Object.entries(hides).find(([right, features]) => {
    const hidden: readonly FeatureKey[] = features;
    return held.has(right) && hidden.includes(feature);
  });
  if (hiding === undefined) return verdict;
  const evidence = [...verdict.evidence, { kind: 'function-right', name: hiding[0] } as const];
  const confidence = 'inferred';
  if (verdict.state === 'enabled') {
    return { state: 'hidden-by-role', reason: 'hidden-by-function-right', confidence, evidence };
  }
  return { state: 'upgrade', reason: 'not-licensed-and-hidden-by-role', confidence, evidence };
}
