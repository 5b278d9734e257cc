import {
  findReclaimCandidates,
  type ReclaimCandidate,
  reclaimReasons,
} from '../../../licensing/advice/reclaim-candidates.ts';
import type { ListedHolder } from '../../../snapshots/seat-holders.ts';
import type { DescribePlan } from '../../plan-text.ts';
import type { ReclaimFilter } from './reclaim-filter.ts';

/** A user whose seat could be reclaimed. */
export type Candidate = ReclaimCandidate<ListedHolder> & { readonly plan: string };

/** The users of a tenant whose seats could be reclaimed, or are kept. */
export interface ReclaimList {
  /** All whose seats could be reclaimed, whatever the filter shows. */
  readonly candidates: readonly Candidate[];
  /** Those that the filter shows, in its order. */
  readonly shown: readonly Candidate[];
  readonly kept: readonly ListedHolder[];
}

/** Finds the users whose seats could be reclaimed, and those whose seats are kept. `now` in ms since 1970. */
export function findReclaimList(
  users: readonly ListedHolder[],
  filter: ReclaimFilter,
  facts: {
    readonly now: number;
    readonly isSuite: boolean;
    readonly describe: DescribePlan;
    readonly locale: string;
  },
): ReclaimList {
  const rules = {
    now: facts.now,
    days: filter.days,
    seatIsTakenBy: facts.isSuite ? 'log-in' : 'plan',
  } as const;
  const candidates = findReclaimCandidates(users, rules).map((each) => ({
    ...each,
    plan: facts.describe(each.user.userPlan).name,
  }));
  const shown = candidates
    .filter(({ plan, reason }) => isChosen(filter.plan, plan) && isChosen(filter.reason, reason))
    .sort(comparator(filter, facts.locale));
  const kept = users.filter(({ isKept }) => isKept).sort(byName);
  return { candidates, shown, kept };
}

/** Whether a value is the one of a filter, which is empty for all. */
export function isChosen(chosen: string, value: string): boolean {
  return chosen === '' || chosen === value;
}

function byName(one: ListedHolder, other: ListedHolder): number {
  if (one.foldedName !== other.foldedName) return one.foldedName < other.foldedName ? -1 : 1;
  return one.associateId - other.associateId;
}

function comparator({ sort, order }: ReclaimFilter, locale: string) {
  const collator = new Intl.Collator(locale);
  const compare: Readonly<Record<ReclaimFilter['sort'], (one: Candidate, other: Candidate) => number>> = {
    name: () => 0,
    plan: (one, other) => collator.compare(one.plan, other.plan),
    // The surest reason first, and the longest without a login.
    reason: (one, other) =>
      reclaimReasons.indexOf(one.reason) - reclaimReasons.indexOf(other.reason) ||
      lastLogin(one) - lastLogin(other),
    'last-login': (one, other) => lastLogin(one) - lastLogin(other),
  };
  const direction = order === 'desc' ? -1 : 1;
  return (one: Candidate, other: Candidate) =>
    direction * (compare[sort](one, other) || byName(one.user, other.user));
}

/** Who has never logged in comes before all logins, and whose login is not reported behind them. */
function lastLogin({ user: { loginReported, lastLoginAt } }: Candidate): number {
  return loginReported ? (lastLoginAt?.getTime() ?? 0) : Number.MAX_SAFE_INTEGER;
}
