import type { LicenseIndex } from '../licenses/license-index.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import { decideFeatureOnSuite } from './decide-feature-on-suite.ts';
import { decideFeatureOnUserPlans } from './decide-feature-on-user-plans.ts';
import type { FeatureDecision } from './entitlement.ts';
import { findInclusion } from './plan-inclusion.ts';
import type { FeatureRule, Rules } from './rules.ts';

/** The plan includes a feature but the licenses do not: an administrator must check. */
export const planLicenseConflict = {
  state: 'unknown',
  reason: 'plan-license-conflict',
  confidence: 'none',
} as const;

/** Decides a feature by licenses and plan, without function rights and expiry dates. */
export function decideFeature(
  rule: FeatureRule,
  { features, assumptions }: Rules,
  { licenseIndex, plan }: { readonly licenseIndex: LicenseIndex; readonly plan: DetectedPlan | null },
): FeatureDecision {
  if (rule.discontinued) {
    return { state: 'unknown', reason: 'discontinued', confidence: 'published', evidence: [] };
  }
  if (plan?.kind === 'suite')
    return decideFeatureOnSuite(rule, licenseIndex, plan.plan, assumptions.suite.limitedFeatures);
  const decision = decideFeatureOnUserPlans(rule, licenseIndex, plan);
  const parentFeature = rule.parentFeature === null ? undefined : features.get(rule.parentFeature);
  if (parentFeature === undefined || decision.state === 'enabled') return decision;
  const { state, reason } = decideFeatureOnUserPlans(parentFeature, licenseIndex, plan);
  const evidence = [...decision.evidence, { kind: 'feature', row: parentFeature.rows[0].id, state } as const];
  if (state === 'enabled') {
    return { state, reason: 'part-of-another-feature', confidence: 'inferred', evidence };
  }
  if (decision.state !== 'upgrade') return decision;
  // If the containing feature is undetermined, so is this one.
  if (state === 'unknown') return { state, reason, confidence: 'none', evidence };
  if (findInclusion(parentFeature.sections, plan).inclusion !== 'yes') return decision;
  return { ...planLicenseConflict, evidence };
}
