import { namesPlan } from '../plans/plan-text.ts';

/** Why a seat possibly serves nobody, in the order in which the reasons count. */
export const reclaimReasons = ['retired', 'waiting', 'cannot-log-in', 'never-logged-in', 'no-login'] as const;
type ReclaimReason = (typeof reclaimReasons)[number];

/** Whether a user with this reason cannot use the seat; with any other, they only have not used it for long. */
export function preventsLogIn(reason: ReclaimReason): boolean {
  return reason !== 'never-logged-in' && reason !== 'no-login';
}

/** A listed user, as far as it decides about their seat. */
export interface SeatHolder {
  /** The text of the user's plan. */
  readonly userPlan: string;
  /** The user has left. */
  readonly retired: boolean;
  /** Null if it is not reported. */
  readonly canLogIn: boolean | null;
  /** Null if it is not reported. */
  readonly waitingForApproval: boolean | null;
  /** Since when the user waits, as far as it was recorded. */
  readonly waitingSince: Date | null;
  /** Whether logins are reported; then no `lastLoginAt` means that there was none. */
  readonly loginReported: boolean;
  readonly lastLoginAt: Date | null;
  /** When a list first had the user. */
  readonly listedSince: Date;
  /** An administrator keeps the seat. */
  readonly isKept: boolean;
}

/** What a tenant and its administrator decide about all users. */
interface ReclaimRules {
  /** The current time, ms since 1970. */
  readonly now: number;
  /** For how many days a user must have waited or not logged in. */
  readonly days: number;
  /** What takes a seat: a plan, or on CRM Suite that the user can log in. */
  readonly seatIsTakenBy: 'plan' | 'log-in';
}

/** A user whose seat possibly serves nobody. */
export interface ReclaimCandidate<Holder> {
  readonly user: Holder;
  readonly reason: ReclaimReason;
}

const dayMs = 24 * 60 * 60_000;
/** A user who is new is never a candidate, ms. */
export const newForMs = 30 * dayMs;

/**
 * Finds the users whose seats possibly serve nobody, in their order. Never a candidate: who has no plan, whose seat an
 * administrator keeps, and who was first listed less than 30 days ago. When those on the first list joined is not known:
 * they are not new. `firstListAt` is when that list was read, if `users` are only some of a tenant's, ms since 1970.
 *
 * @example
 * findReclaimCandidates([{ ...holder, retired: true }], { now, days: 90, seatIsTakenBy: 'plan' })
 * // → [{ user: { ...holder, retired: true }, reason: 'retired' }]
 */
export function findReclaimCandidates<Holder extends SeatHolder>(
  users: readonly Holder[],
  rules: ReclaimRules,
  firstListAt: number = findFirstListAt(users),
): readonly ReclaimCandidate<Holder>[] {
  return users.flatMap((user) => {
    const isOnFirstList = user.listedSince.getTime() <= firstListAt;
    const isNew = !isOnFirstList && user.listedSince.getTime() > rules.now - newForMs;
    if (!namesPlan(user.userPlan) || user.isKept || isNew) return [];
    const reason = findReason(user, isOnFirstList, rules);
    return reason === null ? [] : [{ user, reason }];
  });
}

/** When the first list of a tenant's users was read, ms since 1970; infinite without users. */
export function findFirstListAt(users: readonly Pick<SeatHolder, 'listedSince'>[]): number {
  return users.reduce((first, { listedSince }) => Math.min(first, listedSince.getTime()), Infinity);
}

function findReason(
  user: SeatHolder,
  isOnFirstList: boolean,
  { now, days, seatIsTakenBy }: ReclaimRules,
): ReclaimReason | null {
  const before = now - days * dayMs;
  const isLongAgo = (at: Date | null) => at !== null && at.getTime() <= before;
  const { retired, canLogIn, waitingForApproval, waitingSince, loginReported, lastLoginAt, listedSince } =
    user;
  if (seatIsTakenBy === 'log-in' && (retired || canLogIn === false || waitingForApproval === true))
    return null;
  if (retired) return 'retired';
  if (waitingForApproval === true) return isLongAgo(waitingSince) ? 'waiting' : null;
  if (canLogIn === false) return 'cannot-log-in';
  if (!loginReported) return null;
  if (lastLoginAt !== null) return isLongAgo(lastLoginAt) ? 'no-login' : null;
  return isOnFirstList || isLongAgo(listedSince) ? 'never-logged-in' : null;
}
