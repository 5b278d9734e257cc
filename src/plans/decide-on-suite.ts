import type { Evidence, Verdict } from './entitlement.ts';
import type { LicenseLookup } from './license-lookup.ts';
import { isGranted, licenseWordsOn, moduleEvidence } from './license-word.ts';
import type { FeatureRule } from './rules.ts';
import { inSuitePlan, type SuiteNeed } from './suite-need.ts';
import type { SuitePlan } from './suite-plans.ts';

/**
 * Decides one feature on a CRM Suite tenant. A license of the feature's own still grants it; a missing one proves
 * nothing, since the module names of Suite plans are unknown (licences.md 10). `plan` is null where it is unknown.
 */
export function decideOnSuite(rule: FeatureRule, lookup: LicenseLookup, plan: SuitePlan | null): Verdict {
  const words = licenseWordsOn(rule, lookup);
  if (isGranted(rule, words)) {
    const evidence = moduleEvidence(rule, lookup);
    return { state: 'enabled', reason: 'granted', confidence: rule.confidence, evidence };
  }
  return bySuitePlan(plan, rule.suiteNeed);
}

function bySuitePlan(plan: SuitePlan | null, need: SuiteNeed): Verdict {
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
