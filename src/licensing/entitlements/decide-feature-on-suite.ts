import { inSuitePlan, type SuiteAvailability } from '../catalogue/suite-availability.ts';
import { featureLimit, type LimitedFeatures } from '../catalogue/suite-limits.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import type { LicenseIndex } from '../licenses/license-index.ts';
import type { Evidence, FeatureDecision } from './entitlement.ts';
import { isGranted, licenseStatusFor, moduleEvidence } from './license-status.ts';
import type { FeatureRule } from './rules.ts';

/**
 * Decides one feature on a CRM Suite tenant. A license of the feature's own still grants it; a missing one
 * proves nothing, since the module names of Suite plans are unknown
 * (docs/superoffice/licenses.md#10-unknown). `plan` is null where it is unknown. What the plan limits to a
 * number is said even of a licensed feature: that a license lifts the limit is published nowhere.
 */
export function decideFeatureOnSuite(
  rule: FeatureRule,
  licenseIndex: LicenseIndex,
  plan: SuitePlan | null,
  limitedFeatures: LimitedFeatures,
): FeatureDecision {
  const words = licenseStatusFor(rule, licenseIndex);
  const granted = isGranted(rule, words);
  const verdict = granted ? byLicense(rule, licenseIndex) : bySuitePlan(plan, rule.suiteAvailability);
  const limit = plan === null ? null : featureLimit(rule.feature, plan, limitedFeatures);
  if (limit === null || verdict.state !== 'enabled') return verdict;
  return { ...verdict, evidence: [...verdict.evidence, { kind: 'suite-limit', limit }] };
}

function byLicense(rule: FeatureRule, licenseIndex: LicenseIndex): FeatureDecision {
  const evidence = moduleEvidence(rule, licenseIndex);
  return { state: 'enabled', reason: 'granted', confidence: rule.confidence, evidence };
}

function bySuitePlan(plan: SuitePlan | null, need: SuiteAvailability): FeatureDecision {
  const evidence: readonly Evidence[] = [{ kind: 'suite-plan', plan, need }];
  if (plan === null) return { state: 'unknown', reason: 'suite-plan-unknown', confidence: 'none', evidence };
  const { confidence } = need;
  switch (inSuitePlan(plan, need)) {
    case 'included':
      return { state: 'enabled', reason: 'suite-plan-includes', confidence, evidence };
    case 'unclear':
      return { state: 'unknown', reason: 'suite-plan-unclear', confidence: 'none', evidence };
    case 'lacked':
      return { state: 'upgrade', reason: 'suite-plan-lacks', confidence, evidence };
  }
}
