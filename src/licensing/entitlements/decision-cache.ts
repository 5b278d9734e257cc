import type { FeatureKey } from '../catalogue/feature-keys.ts';
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
  const cache = new Map<string, Map<FeatureKey, Map<string, FeatureDecision>>>();
  let size = 0;
  return (given) => {
    const key = planKey(given);
    const byFeature = cache.get(key) ?? new Map<FeatureKey, Map<string, FeatureDecision>>();
    cache.set(key, byFeature);
    return (rule) => {
      const decisions = byFeature.get(rule.feature) ?? new Map<string, FeatureDecision>();
      byFeature.set(rule.feature, decisions);
      const present = presenceKey(rule.looksAt, given.licenseIndex);
      const cached = decisions.get(present);
      if (cached !== undefined) return cached;
      const decision = decideFeature(rule, rules, given);
      if (size === maxCachedDecisions) {
        cache.clear();
        size = 0;
      }
      size += 1;
      decisions.set(present, decision);
      return decision;
    };
  };
}

const planTexts = new WeakMap<DetectedPlan, string>();

/** A text that is the same for equal plans and equally complete licenses. */
export function planKey({ licenseIndex, plan }: LicensesAndPlan): string {
  const text = plan === null ? '' : (planTexts.get(plan) ?? JSON.stringify(plan));
  if (plan !== null) planTexts.set(plan, text);
  return `${licenseIndex.siteLicensesKnown} ${licenseIndex.userLicensesKnown} ${text}`;
}

/** Which of the named licenses are there: a bit for each, 15 to a character. */
export function presenceKey(
  names: LicenseNames,
  { site, user }: Pick<LicenseIndex, 'site' | 'user'>,
): string {
  let key = '';
  let bits = 1;
  const add = (isPresent: boolean) => {
    bits = bits * 2 + (isPresent ? 1 : 0);
    if (bits < 2 ** 15) return;
    key += String.fromCharCode(bits);
    bits = 1;
  };
  for (const name of names.site) add(site.has(name));
  for (const name of names.user) add(user.has(name));
  return key + String.fromCharCode(bits);
}
