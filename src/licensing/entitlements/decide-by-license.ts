import type { LicenseLookup } from '../licenses/license-index.ts';
import type { RecognisedPlan } from '../plans/detect-plan.ts';
import { decideFeature } from './decide-feature.ts';
import { decideOnSuite } from './decide-feature-on-suite.ts';
import type { Verdict } from './entitlement.ts';
import { planWordOn } from './plan-inclusion.ts';
import type { FeatureRule, Rules } from './rules.ts';

/** Where the plan has a feature and the licenses do not, somebody has to look. */
export const disagreement = {
  state: 'unknown',
  reason: 'plan-and-license-disagree',
  confidence: 'none',
} as const;

/** Decides a feature by licenses and plan, before function rights and dates. */
export function licensedVerdict(
  rule: FeatureRule,
  { features, assumptions }: Rules,
  { lookup, plan }: { readonly lookup: LicenseLookup; readonly plan: RecognisedPlan | null },
): Verdict {
  if (plan?.kind === 'suite')
    return decideOnSuite(rule, lookup, plan.plan, assumptions.suite.limitedFeatures);
  const verdict = decideFeature(rule, lookup, plan);
  const container = rule.container === null ? undefined : features.get(rule.container);
  if (container === undefined || verdict.state === 'enabled') return verdict;
  const { state, reason } = decideFeature(container, lookup, plan);
  const evidence = [...verdict.evidence, { kind: 'feature', row: container.rows[0].id, state } as const];
  if (state === 'enabled') {
    return { state, reason: 'part-of-another-feature', confidence: 'inferred', evidence };
  }
  if (verdict.state !== 'upgrade') return verdict;
  // Where the plan has the other one and the licenses do not, nobody can tell of this one either.
  if (state === 'unknown') return { state, reason, confidence: 'none', evidence };
  if (planWordOn(container.rows, plan).promised !== 'yes') return verdict;
  return { ...disagreement, evidence };
}
