import { type CatalogueRow, catalogue, childrenOf, rowsOf } from './catalogue.ts';
import { decideFeature, type FeatureRows } from './decide-feature.ts';
import { decideOnSuite } from './decide-on-suite.ts';
import type { Entitlement, Evidence, FeatureState, Verdict } from './entitlement.ts';
import type { FeatureKey } from './feature-keys.ts';
import { applyFunctionRights } from './hidden-by-role.ts';
import type { Notice } from './license-dates.ts';
import type { LicenseLookup } from './license-lookup.ts';
import type { RecognisedPlan } from './recognise-plan.ts';
import type { Seat, SeatFor } from './seats.ts';
import { suiteNeedOf } from './suite-plans.ts';
import { suiteUpgrade, type Upgrade, userPlanUpgrades } from './upgrades.ts';

/** What the rows of one user are decided from. */
export interface Circumstances {
  readonly seatFor: SeatFor;
  readonly lookup: LicenseLookup;
  readonly plan: RecognisedPlan | null;
  readonly functionRights: readonly string[] | null;
  readonly notices: readonly Notice[];
}

/** A feature that another, stronger one contains: who may design tiles has the default ones (inferred). */
const containedIn: Partial<Record<FeatureKey, FeatureKey>> = {
  'dashboards-default-tiles': 'dashboards-custom-tiles',
};

const bestFirst: readonly FeatureState[] = ['enabled', 'view-only', 'hidden-by-role', 'unknown', 'upgrade'];

/** Decides the 76 catalogue rows for one user, in catalogue order. */
export function decideEntitlements(circumstances: Circumstances): readonly Entitlement[] {
  const decided = new Map<FeatureKey, Omit<Entitlement, 'row'>>();
  const once = (row: CatalogueRow): Entitlement => {
    const known = decided.get(row.feature) ?? featureEntitlement(row, circumstances);
    decided.set(row.feature, known);
    return { ...known, row: row.id };
  };
  return catalogue.map((row) => {
    const children = childrenOf(row.id);
    return children.length === 0 ? once(row) : groupEntitlement(row, children.map(once));
  });
}

/** The 76 rows of a user of whom nothing is known. */
export function undecidedEntitlements(): readonly Entitlement[] {
  return catalogue.map(({ id, feature }) => ({
    row: id,
    feature,
    state: 'unknown',
    reason: 'user-unknown',
    confidence: 'none',
    evidence: [],
    upgrades: [],
  }));
}

function featureEntitlement(row: CatalogueRow, circumstances: Circumstances): Omit<Entitlement, 'row'> {
  const { feature } = row;
  const licensed = licensedVerdict(row, circumstances);
  const visible = applyFunctionRights(licensed, feature, circumstances.functionRights);
  const verdict = withLapse(visible, circumstances.notices);
  return { feature, ...verdict, upgrades: upgradesFor(verdict, rowsAround(row), circumstances) };
}

function licensedVerdict(row: CatalogueRow, circumstances: Circumstances): Verdict {
  const { lookup, plan } = circumstances;
  const rows = rowsAround(row);
  if (plan?.kind === 'suite') return decideOnSuite(rows, lookup, plan.plan);
  const verdict = decideFeature(rows, lookup, plan);
  const container = containedIn[row.feature];
  if (verdict.state === 'enabled' || container === undefined) return verdict;
  const [stronger] = rowsOf(container);
  if (stronger === undefined || licensedVerdict(stronger, circumstances).state !== 'enabled') return verdict;
  const evidence = [...verdict.evidence, { kind: 'feature', row: stronger.id, state: 'enabled' } as const];
  return { state: 'enabled', reason: 'part-of-another-feature', confidence: 'inferred', evidence };
}

function rowsAround(row: CatalogueRow): FeatureRows {
  const [first = row, ...rest] = rowsOf(row.feature);
  return [first, ...rest];
}

function withLapse(verdict: Verdict, notices: readonly Notice[]): Verdict {
  const lapsed = notices.find(({ kind }) => kind !== 'license-expires-soon');
  if (lapsed === undefined || (verdict.state !== 'enabled' && verdict.state !== 'view-only')) return verdict;
  const readOnly = lapsed.kind === 'license-read-only';
  const evidence: Evidence = { kind: 'license-lapsed', date: lapsed.date, readOnly };
  return { ...verdict, evidence: [...verdict.evidence, evidence] };
}

function upgradesFor(
  { state, evidence }: Verdict,
  rows: FeatureRows,
  { plan, seatFor }: Circumstances,
): readonly Upgrade[] {
  if (state !== 'upgrade' && state !== 'view-only') return [];
  if (plan?.kind === 'suite') return [suiteUpgrade(suiteNeedOf(rows))];
  const siteMissing = evidence.some(
    (each) => each.kind === 'module' && each.scope === 'site' && !each.present,
  );
  const doubtful = siteMissing && rows[0].solution !== 'common';
  return userPlanUpgrades(rows, plan, doubtful ? (wanted) => withoutSite(seatFor(wanted)) : seatFor);
}

// A free seat alone brings no site license the tenant lacks.
function withoutSite(seat: Seat): Seat {
  return seat === 'assign' ? 'ask' : seat;
}

// A group has no license of its own: it is as good as the best feature in it.
function groupEntitlement(row: CatalogueRow, children: readonly Entitlement[]): Entitlement {
  const state = bestFirst.find((each) => children.some((child) => child.state === each)) ?? 'unknown';
  const best = children.find((child) => child.state === state);
  return {
    row: row.id,
    feature: row.feature,
    state,
    reason: 'group-of-features',
    confidence: best?.confidence ?? 'none',
    evidence: children.map((child) => ({ kind: 'feature', row: child.row, state: child.state })),
    upgrades: best?.upgrades ?? [],
  };
}
