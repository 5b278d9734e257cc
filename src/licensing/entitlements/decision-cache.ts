import type { LicenseIndex } from '../licenses/license-index.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import { decideFeature } from './decide-feature.ts';
import type { FeatureDecision } from './entitlement.ts';
import type { FeatureRule, LicenseNames, Rules } from './rules.ts';

/** What features are decided by, without function rights and expiry dates. */
export interface LicensesAndPlan {
  readonly licenseIndex: LicenseIndex;
  readonly plan: DetectedPlan | null;
}

/** Returns a function that decides features by licenses and plan, without function rights and expiry dates. */
export type DecideBy = (given: LicensesAndPlan) => (rule: FeatureRule) => FeatureDecision;

/** Limits memory: a decision takes about 500 bytes. */
const maxCachedDecisions = 10_000;

/**
 * Memoizes decisions by what they look at: the plan, and which of the licenses that the feature's rule names are there.
 * All users and tenants share them.
 */
export function memoizeDecisions(rules: Rules): DecideBy {
  const cache = new Map<string, Map<string, FeatureDecision>>();
  let size = 0;
  return (given) => {
    const key = planKey(given);
    const decisions = cache.get(key) ?? new Map<string, FeatureDecision>();
    cache.set(key, decisions);
    return (rule) => {
      const ruleKey = `${rule.feature} ${presenceKey(rule.looksAt, given.licenseIndex)}`;
      const cached = decisions.get(ruleKey);
      if (cached !== undefined) return cached;
      const decision = decideFeature(rule, rules, given);
      if (size === maxCachedDecisions) {
        cache.clear();
        size = 0;
      }
      size += 1;
      decisions.set(ruleKey, decision);
      return decision;
    };
  };
}

/** A text that is the same for equal plans and equally complete licenses. */
export function planKey({ licenseIndex, plan }: LicensesAndPlan): string {
  return `${licenseIndex.siteLicensesKnown} ${licenseIndex.userLicensesKnown} ${JSON.stringify(plan)}`;
}

/** Which of the named licenses are there. */
export function presenceKey(names: LicenseNames, { site, user }: LicenseIndex): string {
  let key = '';
  for (const name of names.site) key += site.has(name) ? '1' : '0';
  for (const name of names.user) key += user.has(name) ? '1' : '0';
  return key;
}
