import type { LicenseIndex } from '../licenses/license-index.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import { decideFeature } from './decide-feature.ts';
import { decideFeatureOnSuite } from './decide-feature-on-suite.ts';
import type { FeatureDecision } from './entitlement.ts';
import { findPlanInclusion } from './plan-inclusion.ts';
import type { FeatureRule, Rules } from './rules.ts';

/** Where the plan has a feature and the licenses do not, somebody has to look. */
export const conflict = {
  state: 'unknown',
  reason: 'plan-license-conflict',
  confidence: 'none',
} as const;

/** Decides a feature by licenses and plan, before function rights and dates. */
export function decideByLicense(
  rule: FeatureRule,
  { features, assumptions }: Rules,
  { licenseIndex, plan }: { readonly licenseIndex: LicenseIndex; readonly plan: DetectedPlan | null },
): FeatureDecision {
  if (plan?.kind === 'suite')
    return decideFeatureOnSuite(rule, licenseIndex, plan.plan, assumptions.suite.limitedFeatures);
  const verdict = decideFeature(rule, licenseIndex, plan);
  const parentFeature = rule.parentFeature === null ? undefined : features.get(rule.parentFeature);
  if (parentFeature === undefined || verdict.state === 'enabled') return verdict;
  const { state, reason } = decideFeature(parentFeature, licenseIndex, plan);
  const evidence = [...verdict.evidence, { kind: 'feature', row: parentFeature.rows[0].id, state } as const];
  if (state === 'enabled') {
    return { state, reason: 'part-of-another-feature', confidence: 'inferred', evidence };
  }
  if (verdict.state !== 'upgrade') return verdict;
  // Where the plan has the other one and the licenses do not, nobody can tell of this one either.
  if (state === 'unknown') return { state, reason, confidence: 'none', evidence };
  if (findPlanInclusion(parentFeature.rows, plan).inclusion !== 'yes') return verdict;
  return { ...conflict, evidence };
}
