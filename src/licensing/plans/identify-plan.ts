import { findUserPlan, type PlanKey, type UserPlan, userPlans } from '../catalogue/user-plans.ts';
import type { PlanSeats } from './plan-seats.ts';
import { namesPlan } from './plan-text.ts';
import type { PurchasedPlans } from './seat-availability.ts';

/** The plan of a user today: one of the 26 user plans, `none`, or `unknown` if its text names none of them. */
export type HeldPlan = PlanKey | 'none' | 'unknown';

/** The seats of a purchased plan, and which of the 26 user plans it is; null if its tiers are unknown. */
export interface IdentifiedSeats extends PlanSeats {
  readonly key: PlanKey | null;
}

const lettersOnly = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
const plansByLetters = new Map(userPlans.map((plan) => [lettersOnly(plan.label), plan]));

/**
 * Finds the user plan whose name a text is; null if it is none. SuperOffice joins the parts of a name
 * (docs/superoffice/licenses.md#3-endpoints).
 */
export function findNamedPlan(text: string): UserPlan | null {
  return plansByLetters.get(lettersOnly(text)) ?? null;
}

/**
 * Identifies a user's plan by its text in a list of users: the tenant's own plan of this description decides, then the
 * name. A text of neither is never guessed.
 */
export function identifyPlan(userPlan: string, purchased: PurchasedPlans): HeldPlan {
  const text = userPlan.trim();
  if (!namesPlan(text)) return 'none';
  const described = findDescribed((description) => lettersOnly(description) === lettersOnly(text), purchased);
  return (described === undefined ? findNamedPlan(text)?.key : described) ?? 'unknown';
}

/** Identifies the plans of purchased seats. */
export function identifySeats(
  seats: readonly PlanSeats[],
  purchased: PurchasedPlans,
): readonly IdentifiedSeats[] {
  return seats.map((each) => {
    const isSame = (description: string, module: string) =>
      module === each.module && (description.trim() || module) === each.plan;
    return { ...each, key: findDescribed(isSame, purchased) ?? null };
  });
}

/** The plan of the purchased rows that match; null if they have several or an unknown tier, undefined if none matches. */
function findDescribed(
  matches: (description: string, module: string) => boolean,
  { plans }: PurchasedPlans,
): PlanKey | null | undefined {
  const found = plans.filter(({ row }) => matches(row.description, row.name));
  const keys = new Set(found.map(({ tiers }) => findUserPlan(tiers)?.key ?? null));
  const [key] = keys;
  return keys.size > 1 ? null : key;
}
