import type { CatalogueRow } from './catalogue.ts';
import type { Evidence, FeatureState, Promised, Reason, Verdict } from './entitlement.ts';
import type { LicenseLookup } from './license-lookup.ts';
import {
  hasOwnUserLicense,
  type LicenseWords,
  licenseWordsOn,
  moduleEvidence,
  staysReadable,
} from './license-word.ts';
import { type PlanWord, planWordOn } from './plan-promise.ts';
import type { RecognisedPlan } from './recognise-plan.ts';

type Decision = readonly [state: FeatureState, reason: Reason];

/** All rows of one feature, at least one. */
export type FeatureRows = readonly [CatalogueRow, ...CatalogueRow[]];

/**
 * Decides one feature for a user on the module-based subscription. License data decides; the plan has the word
 * where no license of the feature's own can speak (licences.md 1 and 6, design.md 5).
 */
export function decideFeature(
  rows: FeatureRows,
  lookup: LicenseLookup,
  plan: RecognisedPlan | null,
): Verdict {
  const plans = planWordOn(rows, plan);
  const words = licenseWordsOn(rows[0], lookup);
  const [state, reason] = decide(rows[0], words, plans.promised, { plan, lookup });
  return {
    state,
    reason,
    confidence: confidenceOf(reason, rows[0]),
    evidence: [...moduleEvidence(rows[0], lookup), ...planEvidence(plans, plan)],
  };
}

function decide(
  row: CatalogueRow,
  words: LicenseWords,
  promised: Promised,
  { plan, lookup }: { plan: RecognisedPlan | null; lookup: LicenseLookup },
): Decision {
  const own = hasOwnUserLicense(row);
  if (own && words.user === 'present' && words.site !== 'absent') return ['enabled', 'granted'];
  if (row.solution === 'common' && promised === 'yes') return inEveryPlan(words);
  if (plan?.kind === 'no-plan') return ['upgrade', 'user-without-plan'];
  if (words.site === 'absent') return missing(promised, 'site-license-missing');
  if (!own && promised === 'no') return ['upgrade', 'plan-lacks'];
  if (words.user === 'absent') {
    return words.site === 'present' ? viewOnly(row, lookup) : missing(promised, 'not-licensed');
  }
  return byPlan(row, words, promised);
}

// A common feature is in every plan: a module that is missing alone must not take it away (licences.md 6).
function inEveryPlan(words: LicenseWords): Decision {
  return ['enabled', licensedReason(words) ?? 'in-every-plan'];
}

// Some user licenses are documented as editing only, others as switching a screen on.
function viewOnly(row: CatalogueRow, lookup: LicenseLookup): Decision {
  return [
    'view-only',
    staysReadable(row, lookup) ? 'user-license-missing' : 'user-license-missing-perhaps-visible',
  ];
}

// Where the plan promises what the license lacks, no plan change would help: somebody has to look.
function missing(promised: Promised, reason: Reason): Decision {
  return promised === 'yes' ? ['unknown', 'plan-and-license-disagree'] : ['upgrade', reason];
}

function byPlan(row: CatalogueRow, words: LicenseWords, promised: Promised): Decision {
  switch (promised) {
    case 'yes':
      return ['enabled', licensedReason(words) ?? 'promised-by-plan'];
    case 'no':
      return ['upgrade', 'plan-lacks'];
    case 'perhaps':
      return ['unknown', 'tier-unknown'];
    case 'silent': {
      const reason = licensedReason(words);
      // A tenant's license for one solution does not say that this user holds the solution.
      const speaks = row.solution === 'common' || reason === 'granted';
      return reason !== null && speaks ? ['enabled', reason] : ['unknown', 'nothing-says'];
    }
  }
}

/** What all known licenses of a feature, being there, say of it: null where one is not, or none is known. */
function licensedReason({ site, user }: LicenseWords): 'granted' | 'site-license-only' | null {
  const known = [site, user].filter((word) => word !== 'none-known');
  if (known.length === 0 || !known.every((word) => word === 'present')) return null;
  return user === 'none-known' ? 'site-license-only' : 'granted';
}

const fromThePage: readonly Reason[] = [
  'promised-by-plan',
  'in-every-plan',
  'plan-lacks',
  'user-without-plan',
];

function confidenceOf(reason: Reason, row: CatalogueRow): Verdict['confidence'] {
  if (fromThePage.includes(reason)) return 'documented';
  return reason === 'tier-unknown' || reason === 'nothing-says' ? 'none' : row.confidence;
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
