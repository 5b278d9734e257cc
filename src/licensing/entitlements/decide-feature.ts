import { type Confidence, weakest } from '../catalogue/confidence.ts';
import type { LicenseLookup } from '../licenses/license-index.ts';
import type { RecognisedPlan } from '../plans/detect-plan.ts';
import type { Evidence, FeatureState, Promised, Reason, Verdict } from './entitlement.ts';
import {
  isGranted,
  type LicenseWords,
  licenseWordsOn,
  moduleEvidence,
  staysReadable,
} from './license-status.ts';
import { type PlanWord, planWordOn } from './plan-inclusion.ts';
import type { FeatureRule } from './rules.ts';

type Decision = readonly [state: FeatureState, reason: Reason];

/**
 * Decides one feature for a user on the module-based subscription. License data decides; the plan has the word
 * where no license of the feature's own can speak (licences.md 1 and 6, design.md 5).
 */
export function decideFeature(
  rule: FeatureRule,
  lookup: LicenseLookup,
  plan: RecognisedPlan | null,
): Verdict {
  const word = planWordOn(rule.rows, plan);
  const words = licenseWordsOn(rule, lookup);
  const [state, reason] = decide(rule, words, word.promised, { plan, lookup });
  return {
    state,
    reason,
    confidence: confidenceOf(reason, rule, word, lookup),
    evidence: [...moduleEvidence(rule, lookup), ...planEvidence(word, plan)],
  };
}

function decide(
  rule: FeatureRule,
  words: LicenseWords,
  promised: Promised,
  { plan, lookup }: { plan: RecognisedPlan | null; lookup: LicenseLookup },
): Decision {
  const own = rule.hasOwnUserLicense;
  const common = rule.rows[0].solution === 'common';
  if (isGranted(rule, words)) return ['enabled', 'granted'];
  if (common && promised === 'yes') return inEveryPlan(words);
  if (plan?.kind === 'no-plan') return ['upgrade', 'user-without-plan'];
  if (words.site === 'absent') return missing(promised, 'site-license-missing');
  if (!own && promised === 'no') return ['upgrade', 'plan-lacks'];
  if (words.user === 'absent') {
    return words.site === 'present' ? viewOnly(rule, lookup) : missing(promised, 'not-licensed');
  }
  return byPlan(words, promised, common || own);
}

// A common feature is in every plan: a module that is missing alone must not take it away (licences.md 6).
function inEveryPlan(words: LicenseWords): Decision {
  return ['enabled', licensedReason(words) ?? 'in-every-plan'];
}

// Some user licenses are assumed to allow editing only, others to switch the screen on.
function viewOnly(rule: FeatureRule, lookup: LicenseLookup): Decision {
  return [
    'view-only',
    staysReadable(rule, lookup) ? 'user-license-missing' : 'user-license-missing-perhaps-visible',
  ];
}

// Where the plan promises what the license lacks, no plan change would help: somebody has to look.
function missing(promised: Promised, reason: Reason): Decision {
  return promised === 'yes' ? ['unknown', 'plan-and-license-disagree'] : ['upgrade', reason];
}

function byPlan(words: LicenseWords, promised: Promised, licensesSpeak: boolean): Decision {
  switch (promised) {
    case 'yes':
      return ['enabled', licensedReason(words) ?? 'promised-by-plan'];
    case 'no':
      return ['upgrade', 'plan-lacks'];
    case 'perhaps':
      return ['unknown', 'tier-unknown'];
    case 'silent': {
      // A tenant's license for one solution does not say that this user holds the solution.
      const reason = licensesSpeak ? licensedReason(words) : null;
      return reason === null ? ['unknown', 'nothing-says'] : ['enabled', reason];
    }
  }
}

/** What all known licenses of a feature, being there, say of it: null where one is not, or none is known. */
function licensedReason({ site, user }: LicenseWords): 'granted' | 'site-license-only' | null {
  const known = [site, user].filter((word) => word !== 'none-known');
  if (known.length === 0 || !known.every((word) => word === 'present')) return null;
  return user === 'none-known' ? 'site-license-only' : 'granted';
}

function confidenceOf(
  reason: Reason,
  rule: FeatureRule,
  word: PlanWord,
  { userTold }: LicenseLookup,
): Confidence {
  switch (reason) {
    case 'plan-lacks':
      // A license granted beside the plan may be among those not told.
      return userTold || rule.user.length === 0 ? word.confidence : weakest([word.confidence, 'inferred']);
    case 'promised-by-plan':
    case 'in-every-plan':
    case 'user-without-plan':
      return word.confidence;
    case 'tier-unknown':
    case 'plan-and-license-disagree':
    case 'nothing-says':
      return 'none';
    default:
      return rule.confidence;
  }
}

function planEvidence({ promised, row }: PlanWord, plan: RecognisedPlan | null): readonly Evidence[] {
  if (plan === null) return [];
  const findings = plan.kind === 'user-plan' ? plan.findings : [];
  const tiers = findings.filter((finding) => finding.solution === row.solution);
  return [
    { kind: 'plan', promised, row: row.id },
    ...tiers.map((finding) => ({ kind: 'tier', ...finding }) as const),
  ];
}
