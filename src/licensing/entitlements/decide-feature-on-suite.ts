import type { SuiteAvailability } from '../catalogue/suite-availability.ts';
import { findFeatureLimit, type LimitedFeatures } from '../catalogue/suite-limits.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import type { LicenseIndex } from '../licenses/license-index.ts';
import { decideOnSuitePlan } from './decide-on-suite-plan.ts';
import type { FeatureDecision } from './entitlement.ts';
import { isGranted, licenseStatusFor, moduleEvidence } from './license-status.ts';
import type { FeatureRule } from './rules.ts';

/**
 * Decides one feature on a CRM Suite tenant. A license of the feature still grants it. A missing license has no meaning,
 * because the module names of Suite plans are unknown (docs/superoffice/licenses.md#10-unknown). `plan` is null if it is
 * unknown. The limit of the plan also applies to a licensed feature: it is not published that a license removes it.
 */
export function decideFeatureOnSuite(
  rule: FeatureRule,
  licenseIndex: LicenseIndex,
  plan: SuitePlan | null,
  limitedFeatures: LimitedFeatures,
): FeatureDecision {
  const statuses = licenseStatusFor(rule, licenseIndex);
  const granted = isGranted(rule, statuses);
  const decision = granted
    ? decideGranted(rule, licenseIndex)
    : decideBySuitePlan(plan, rule.suiteAvailability);
  const limit = plan === null ? null : findFeatureLimit(rule.feature, plan, limitedFeatures);
  if (limit === null || decision.state !== 'enabled') return decision;
  return { ...decision, evidence: [...decision.evidence, { kind: 'suite-limit', limit }] };
}

function decideGranted(rule: FeatureRule, licenseIndex: LicenseIndex): FeatureDecision {
  const evidence = moduleEvidence(rule, licenseIndex);
  return { state: 'enabled', reason: 'granted', confidence: rule.confidence, evidence };
}

function decideBySuitePlan(plan: SuitePlan | null, need: SuiteAvailability | null): FeatureDecision {
  const decision = decideOnSuitePlan(plan, need?.from ?? null);
  const confidence = decision.state === 'unknown' ? 'none' : (need?.confidence ?? 'none');
  return { ...decision, confidence, evidence: [{ kind: 'suite-plan', plan, need }] };
}
