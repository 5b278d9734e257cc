import { type Confidence, minConfidence } from '../catalogue/confidence.ts';
import type { LicenseIndex } from '../licenses/license-index.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import type { Evidence, FeatureDecision, FeatureState, Inclusion, Reason } from './entitlement.ts';
import {
  isGranted,
  type LicenseStatuses,
  licenseStatusFor,
  moduleEvidence,
  staysReadable,
} from './license-status.ts';
import { findPlanInclusion, type PlanInclusion } from './plan-inclusion.ts';
import type { FeatureRule } from './rules.ts';

type Decision = readonly [state: FeatureState, reason: Reason];

/**
 * Decides one feature for a user on the module-based subscription. License data decides; the plan has the
 * word where no license of the feature's own can speak (docs/superoffice/licenses.md#1-rules and
 * #6-modules-per-feature).
 */
export function decideFeature(
  rule: FeatureRule,
  licenseIndex: LicenseIndex,
  plan: DetectedPlan | null,
): FeatureDecision {
  const word = findPlanInclusion(rule.rows, plan);
  const words = licenseStatusFor(rule, licenseIndex);
  const [state, reason] = decide(rule, words, word.inclusion, { plan, licenseIndex });
  return {
    state,
    reason,
    confidence: confidenceOf(reason, rule, word, licenseIndex),
    evidence: [...moduleEvidence(rule, licenseIndex), ...planEvidence(word, plan)],
  };
}

function decide(
  rule: FeatureRule,
  words: LicenseStatuses,
  inclusion: Inclusion,
  { plan, licenseIndex }: { plan: DetectedPlan | null; licenseIndex: LicenseIndex },
): Decision {
  const own = rule.hasOwnUserLicense;
  const common = rule.rows[0].solution === 'common';
  if (isGranted(rule, words)) return ['enabled', 'granted'];
  if (common && inclusion === 'yes') return inEveryPlan(words);
  if (plan?.kind === 'no-plan') return ['upgrade', 'user-without-plan'];
  if (words.site === 'absent') return missing(inclusion, 'site-license-missing');
  if (!own && inclusion === 'no') return ['upgrade', 'plan-lacks'];
  if (words.user === 'absent') {
    return words.site === 'present' ? viewOnly(rule, licenseIndex) : missing(inclusion, 'not-licensed');
  }
  return byPlan(words, inclusion, common || own);
}

// A common feature is in every plan: a module that is missing alone must not take it away
// (docs/superoffice/licenses.md#6-modules-per-feature).
function inEveryPlan(words: LicenseStatuses): Decision {
  return ['enabled', licensedReason(words) ?? 'in-every-plan'];
}

// Some user licenses are assumed to allow editing only, others to switch the screen on.
function viewOnly(rule: FeatureRule, licenseIndex: LicenseIndex): Decision {
  return [
    'view-only',
    staysReadable(rule, licenseIndex) ? 'user-license-missing' : 'user-license-missing-possibly-visible',
  ];
}

// Where the plan promises what the license lacks, no plan change would help: somebody has to look.
function missing(inclusion: Inclusion, reason: Reason): Decision {
  return inclusion === 'yes' ? ['unknown', 'plan-license-conflict'] : ['upgrade', reason];
}

function byPlan(words: LicenseStatuses, inclusion: Inclusion, licensesSpeak: boolean): Decision {
  switch (inclusion) {
    case 'yes':
      return ['enabled', licensedReason(words) ?? 'included-in-plan'];
    case 'no':
      return ['upgrade', 'plan-lacks'];
    case 'possibly':
      return ['unknown', 'tier-unknown'];
    case 'unstated': {
      // A tenant's license for one solution does not say that this user holds the solution.
      const reason = licensesSpeak ? licensedReason(words) : null;
      return reason === null ? ['unknown', 'no-evidence'] : ['enabled', reason];
    }
  }
}

/** What all known licenses of a feature, being there, say of it: null where one is not, or none is known. */
function licensedReason({ site, user }: LicenseStatuses): 'granted' | 'site-license-only' | null {
  const known = [site, user].filter((word) => word !== 'none-known');
  if (known.length === 0 || !known.every((word) => word === 'present')) return null;
  return user === 'none-known' ? 'site-license-only' : 'granted';
}

function confidenceOf(
  reason: Reason,
  rule: FeatureRule,
  word: PlanInclusion,
  { userLicensesKnown }: LicenseIndex,
): Confidence {
  switch (reason) {
    case 'plan-lacks':
      // A license granted beside the plan may be among those not told.
      return userLicensesKnown || rule.user.length === 0
        ? word.confidence
        : minConfidence([word.confidence, 'inferred']);
    case 'included-in-plan':
    case 'in-every-plan':
    case 'user-without-plan':
      return word.confidence;
    case 'tier-unknown':
    case 'plan-license-conflict':
    case 'no-evidence':
      return 'none';
    default:
      return rule.confidence;
  }
}

function planEvidence({ inclusion, row }: PlanInclusion, plan: DetectedPlan | null): readonly Evidence[] {
  if (plan === null) return [];
  const findings = plan.kind === 'user-plan' ? plan.findings : [];
  const tiers = findings.filter((finding) => finding.solution === row.solution);
  return [
    { kind: 'plan', inclusion, row: row.id },
    ...tiers.map((finding) => ({ kind: 'tier', ...finding }) as const),
  ];
}
