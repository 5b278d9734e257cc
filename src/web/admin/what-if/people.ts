import type { Person, Pin } from '../../../licensing/assignment/people.ts';
import type { FeatureKey } from '../../../licensing/catalogue/feature-keys.ts';
import type { PlanKey } from '../../../licensing/catalogue/user-plans.ts';
import type { HeldPlan } from '../../../licensing/plans/identify-plan.ts';
import type { OpenSubject } from '../../../tenants/access-request-store.ts';
import { parseSubject } from '../../panel/access-request-view.ts';
import { isSuitePlan } from '../../plan-names.ts';

/** A user in the list of users. */
export interface ListedUser {
  readonly associateId: number;
  readonly name: string;
  /** The text of the plan. */
  readonly userPlan: string;
  /** Null if it is not reported. */
  readonly canLogIn: boolean | null;
  /** Has left and still holds a plan. */
  readonly retired: boolean;
}

/** The number of users who can log in; null if it is not reported of all. */
export function countCanLogIn(users: readonly ListedUser[]): number | null {
  return users.every(({ canLogIn }) => canLogIn !== null)
    ? users.filter(({ canLogIn }) => canLogIn === true).length
    : null;
}

/** Makes the people of a tenant from its list of users, the pins, and the open access requests. */
export function toPeople(input: {
  readonly users: readonly ListedUser[];
  readonly identifyPlan: (userPlan: string) => HeldPlan;
  readonly pins: ReadonlyMap<number, Pin>;
  readonly openSubjects: readonly OpenSubject[];
}): readonly Person[] {
  const { users, identifyPlan, pins, openSubjects } = input;
  const plans = new Map<string, HeldPlan>();
  const features = new Map<number, FeatureKey[]>();
  const wanted = new Map<number, PlanKey[]>();
  for (const { associateId, subject } of openSubjects) {
    const parsed = parseSubject(subject);
    if (parsed?.kind === 'feature') push(features, associateId, parsed.feature);
    else if (parsed?.kind === 'plan' && !isSuitePlan(parsed.plan)) push(wanted, associateId, parsed.plan);
  }
  return users.map(({ associateId, userPlan }) => {
    const plan = plans.get(userPlan) ?? identifyPlan(userPlan);
    plans.set(userPlan, plan);
    const requests = { features: features.get(associateId) ?? [], plans: wanted.get(associateId) ?? [] };
    return { associateId, plan, pin: pins.get(associateId) ?? null, requests };
  });
}

function push<Value>(lists: Map<number, Value[]>, key: number, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** The number of people by plan. */
export function countPlans(people: readonly Person[]): ReadonlyMap<HeldPlan, number> {
  const counts = new Map<HeldPlan, number>();
  for (const { plan } of people) counts.set(plan, (counts.get(plan) ?? 0) + 1);
  return counts;
}
