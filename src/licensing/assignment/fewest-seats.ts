import type { PlanFeatures } from '../advice/held-plan-reports.ts';
import { type PlanKey, planKeys, type UserPlan, userPlans } from '../catalogue/user-plans.ts';
import {
  type Assignment,
  addedTiersOf,
  featuresOf,
  groupRows,
  type Moves,
  type Question,
  readMoves,
  type Seats,
  termsOfPlan,
} from './assign-plans.ts';
import {
  countTiersBelow,
  groupPeople,
  heldTiers,
  type PeopleGroup,
  type Person,
  satisfiesPin,
} from './people.ts';

/** People whose requests no plan satisfies, or whose plan is unknown. */
export interface Unsatisfied {
  readonly reason: 'plan-unknown' | 'no-plan-satisfies';
  readonly requests: Person['requests'];
  readonly associateIds: readonly number[];
}

/** The fewest seats for what people hold and ask for. */
export interface FewestSeats extends Moves, Pick<Assignment, 'unknown' | 'hasTie'> {
  /** The seats to buy beyond `purchased`; plans without any are left out. */
  readonly toPurchase: ReadonlyMap<PlanKey, number>;
  readonly unsatisfied: readonly Unsatisfied[];
  /** The price of all seats in use; null without prices. */
  readonly price: number | null;
}

interface Choice {
  readonly group: PeopleGroup;
  readonly plan: PlanKey;
}

/**
 * Asks for the plans that give all people what they hold and what they ask for: nobody loses a tier or a feature, and
 * nobody is below a pin. If `prices` are given, the price of all seats is lowest; then the fewest seats are purchased beside
 * `purchased`, then the fewest tiers are added, then the fewest people change. Prices are integers, for example cents; with
 * prices, only plans that have one are considered beside the plan that a person holds. A request that cannot be satisfied
 * is left out and reported.
 */
export function askForFewestSeats(
  people: readonly Person[],
  features: PlanFeatures,
  { purchased, prices }: { readonly purchased: Seats; readonly prices: ReadonlyMap<PlanKey, number> | null },
): Question<FewestSeats> {
  const groups = groupPeople(people);
  const known = groups.filter(({ plan }) => plan !== 'unknown');
  const offered = ({ key }: UserPlan) => prices === null || prices.has(key);
  const wanted = known.map((group) => ({ group, plans: findPlans(group, features, offered) }));
  const placed = wanted.filter(({ plans }) => plans.allowed.length > 0);
  const choices = placed.flatMap(({ group, plans }): readonly Choice[] =>
    plans.allowed.map((plan) => ({ group, plan })),
  );
  const limited = planKeys.flatMap((plan) => {
    const limit = purchased.get(plan) ?? 0;
    const terms = termsOfPlan(choices, plan);
    return limit === 'unlimited' || terms.length === 0 ? [] : [{ plan, limit, terms }];
  });
  const costs = (ofChoice: (choice: Choice) => number, ofSeat = 0) => [
    ...choices.map(ofChoice),
    ...limited.map(() => ofSeat),
  ];
  const change = costs(({ group, plan }) => (plan === group.plan ? 0 : 1));
  const price = prices === null ? [] : [costs(({ plan }) => prices.get(plan) ?? 0)];
  return {
    programme: {
      variables: choices.length + limited.length,
      rows: [
        ...groupRows(
          placed.map(({ group }) => group),
          choices,
        ),
        ...limited.map(({ limit, terms }, index) => ({
          atMost: limit,
          terms: [...terms, [choices.length + index, -1]] as const,
        })),
      ],
      objectives: [...price, costs(() => 0, 1), costs(addedTiersOf), change],
    },
    read: ({ values, objectives, hasTie }) => ({
      ...readMoves(choices, values, features),
      unknown: groups.filter(({ plan }) => plan === 'unknown').flatMap(({ associateIds }) => associateIds),
      toPurchase: new Map(
        limited.flatMap(({ plan }, index) => {
          const count = values[choices.length + index] ?? 0;
          return count === 0 ? [] : [[plan, count] as const];
        }),
      ),
      unsatisfied: [
        ...groups.filter(({ plan }) => plan === 'unknown').flatMap(tellUnsatisfied('plan-unknown')),
        ...wanted
          .filter(({ plans }) => !plans.satisfying)
          .flatMap(({ group }) => tellUnsatisfied('no-plan-satisfies')(group)),
      ],
      price: prices === null ? null : (objectives[0] ?? 0),
      hasTie,
    }),
  };
}

/** The plans that a group may have, and whether they satisfy its requests. Empty for people who need no plan. */
function findPlans(
  group: PeopleGroup,
  features: PlanFeatures,
  offered: (plan: UserPlan) => boolean,
): { readonly allowed: readonly PlanKey[]; readonly satisfying: boolean } {
  const { plan: held, pin, requests } = group;
  const keeping = userPlans.filter(
    (plan) => plan.key === held || (offered(plan) && keeps(plan, group, features)),
  );
  const pinned = keeping.filter(({ key }) => satisfiesPin(key, pin));
  const satisfying = pinned.filter((plan) => gives(plan, requests, features));
  const keys = (plans: readonly UserPlan[]) => plans.map(({ key }) => key);
  if (isAsking(requests) && satisfying.length > 0) return { allowed: keys(satisfying), satisfying: true };
  const unsatisfied = { satisfying: !isAsking(requests) };
  if (held === 'none' && pin === null) return { allowed: [], ...unsatisfied };
  // A pin that takes something from a person counts more than what the person holds.
  const required = userPlans.filter(({ key }) => satisfiesPin(key, pin));
  return { allowed: keys(pinned.length > 0 ? pinned : required), ...unsatisfied };
}

function keeps({ key, tiers }: UserPlan, { plan: held }: PeopleGroup, features: PlanFeatures): boolean {
  const after = featuresOf(key, features);
  return (
    countTiersBelow(heldTiers(held), tiers) === 0 &&
    [...featuresOf(held, features)].every((feature) => after.has(feature))
  );
}

function gives({ key, tiers }: UserPlan, requests: Person['requests'], features: PlanFeatures): boolean {
  const after = featuresOf(key, features);
  return (
    requests.features.every((feature) => after.has(feature)) &&
    requests.plans.every((plan) => countTiersBelow(heldTiers(plan), tiers) === 0)
  );
}

function isAsking({ features, plans }: Person['requests']): boolean {
  return features.length + plans.length > 0;
}

function tellUnsatisfied(reason: Unsatisfied['reason']) {
  return ({ requests, associateIds }: PeopleGroup): readonly Unsatisfied[] =>
    isAsking(requests) ? [{ reason, requests, associateIds }] : [];
}
