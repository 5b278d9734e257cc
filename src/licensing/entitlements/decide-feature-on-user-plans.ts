import { type Confidence, maxConfidence, minConfidence } from '../catalogue/confidence.ts';
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
import {
  findInclusion,
  findPlanInclusion,
  type PlanInclusion,
  type SectionInclusion,
} from './plan-inclusion.ts';
import { sectionsFor } from './plan-sections.ts';
import type { FeatureRule } from './rules.ts';

// Each reason of this decision table implies one state.
const stateByReason = {
  granted: 'enabled',
  'site-license-only': 'enabled',
  'included-in-plan': 'enabled',
  'in-every-plan': 'enabled',
  'user-license-missing': 'view-only',
  'user-license-missing-possibly-visible': 'view-only',
  'not-licensed': 'upgrade',
  'site-license-missing': 'upgrade',
  'plan-lacks': 'upgrade',
  'user-without-plan': 'upgrade',
  'tier-unknown': 'unknown',
  'plan-license-conflict': 'unknown',
  'no-evidence': 'unknown',
} as const satisfies Partial<Record<Reason, FeatureState>>;

type DecisionReason = keyof typeof stateByReason;

/**
 * Decides one feature for a user on the module-based subscription. License data decides. Where no license of the feature
 * is known, the plan decides by what the feature's page asks for, or by the list of user plans
 * (docs/superoffice/licenses.md#1-rules and #6-modules-per-feature).
 */
export function decideFeatureOnUserPlans(
  rule: FeatureRule,
  licenseIndex: LicenseIndex,
  plan: DetectedPlan | null,
): FeatureDecision {
  const published = findInclusion(sectionsFor(rule, licenseIndex.site), plan);
  const statuses = licenseStatusFor(rule, licenseIndex);
  const reason = decideReason(rule, statuses, published.inclusion, { plan, licenseIndex });
  return {
    state: stateByReason[reason],
    reason,
    confidence: getConfidence(reason, rule, published, licenseIndex),
    evidence: [
      ...moduleEvidence(rule, licenseIndex),
      ...planEvidence(findPlanInclusion(rule.rows, plan), plan),
    ],
  };
}

function decideReason(
  rule: FeatureRule,
  statuses: LicenseStatuses,
  inclusion: Inclusion,
  { plan, licenseIndex }: { plan: DetectedPlan | null; licenseIndex: LicenseIndex },
): DecisionReason {
  const hasOwnLicense = rule.hasOwnUserLicense;
  const isCommon = rule.rows[0].solution === 'common';
  if (isGranted(rule, statuses)) return 'granted';
  // A common feature is in every plan: a single missing module must not disable it
  // (docs/superoffice/licenses.md#6-modules-per-feature).
  if (isCommon && inclusion === 'yes') return findLicensedReason(statuses) ?? 'in-every-plan';
  if (plan?.kind === 'no-plan') return 'user-without-plan';
  if (statuses.site === 'absent') return decideMissing(inclusion, 'site-license-missing');
  if (!hasOwnLicense && inclusion === 'no') return 'plan-lacks';
  if (statuses.user === 'absent') {
    return statuses.site === 'present'
      ? decideViewOnly(rule, licenseIndex)
      : decideMissing(inclusion, 'not-licensed');
  }
  return decideByPlan(statuses, inclusion, isCommon || hasOwnLicense);
}

// Some user licenses are assumed to enable editing only, others to enable the screen.
function decideViewOnly(rule: FeatureRule, licenseIndex: LicenseIndex): DecisionReason {
  return staysReadable(rule, licenseIndex) ? 'user-license-missing' : 'user-license-missing-possibly-visible';
}

// If the plan includes a feature whose license is missing, a plan change does not help: an administrator must check.
function decideMissing(
  inclusion: Inclusion,
  reason: 'site-license-missing' | 'not-licensed',
): DecisionReason {
  return inclusion === 'yes' ? 'plan-license-conflict' : reason;
}

function decideByPlan(
  statuses: LicenseStatuses,
  inclusion: Inclusion,
  licensesDecide: boolean,
): DecisionReason {
  switch (inclusion) {
    case 'yes':
      return findLicensedReason(statuses) ?? 'included-in-plan';
    case 'no':
      return 'plan-lacks';
    case 'possibly':
      return 'tier-unknown';
    case 'unstated':
      // A site license for one solution does not mean that this user has the solution.
      return (licensesDecide ? findLicensedReason(statuses) : null) ?? 'no-evidence';
  }
}

/** The reason if all known licenses of a feature are present; null if one is missing or none is known. */
function findLicensedReason({ site, user }: LicenseStatuses): 'granted' | 'site-license-only' | null {
  const known = [site, user].filter((status) => status !== 'none-known');
  if (known.length === 0 || !known.every((status) => status === 'present')) return null;
  return user === 'none-known' ? 'site-license-only' : 'granted';
}

function getConfidence(
  reason: DecisionReason,
  rule: FeatureRule,
  published: SectionInclusion,
  { userLicensesKnown }: LicenseIndex,
): Confidence {
  switch (reason) {
    case 'plan-lacks':
      // A license granted separately from the plan can be among the unknown ones.
      return userLicensesKnown || rule.user.length === 0
        ? published.confidence
        : minConfidence([published.confidence, 'inferred']);
    case 'included-in-plan':
    case 'in-every-plan':
    case 'user-without-plan':
      return published.confidence;
    case 'tier-unknown':
    case 'plan-license-conflict':
    case 'no-evidence':
      return 'none';
    default:
      return isConfirmed(stateByReason[reason], published)
        ? maxConfidence([rule.confidence, published.confidence])
        : rule.confidence;
  }
}

/** Whether what is published about the plan leads to the same state as the licenses. */
function isConfirmed(state: FeatureState, { inclusion }: SectionInclusion): boolean {
  return (state === 'enabled' && inclusion === 'yes') || (state === 'upgrade' && inclusion === 'no');
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
