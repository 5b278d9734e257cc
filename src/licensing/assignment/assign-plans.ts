import type { PlanFeatures } from '../advice/held-plan-reports.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import { type PlanKey, planKeys } from '../catalogue/user-plans.ts';
import type { HeldPlan } from '../plans/identify-plan.ts';
import type { AssignmentProgramme, ProgrammeRow, ProgrammeSolution } from './assignment-programme.ts';
import {
  countTiersBelow,
  groupPeople,
  heldTiers,
  type PeopleGroup,
  type Person,
  type Pin,
  satisfiesPin,
} from './people.ts';

/** The seats of each plan; a plan that is not named has none. */
export type Seats = ReadonlyMap<PlanKey, number | 'unlimited'>;

/** People with the same plan today who are given another. */
export interface Move {
  readonly from: HeldPlan;
  readonly to: PlanKey;
  /** The people who move. */
  readonly associateIds: readonly number[];
  /** All people for whom the move means the same: any of them can move instead. */
  readonly anyOf: readonly number[];
  readonly lostFeatures: readonly FeatureKey[];
  readonly gainedFeatures: readonly FeatureKey[];
}

/** People without a seat. */
export interface WithoutSeat {
  readonly from: HeldPlan;
  readonly pin: Pin | null;
  readonly count: number;
  /** All people of whom some have no seat. */
  readonly anyOf: readonly number[];
}

/** What an answer does with people and seats. */
export interface Moves {
  readonly moves: readonly Move[];
  /** The seats in use after the moves; plans without any are left out. */
  readonly inUse: ReadonlyMap<PlanKey, number>;
}

/** Who would have to change. */
export interface Assignment extends Moves {
  /** Not empty if there are too few seats. */
  readonly withoutSeat: readonly WithoutSeat[];
  /** People with an unknown plan, who keep it and are not counted. */
  readonly unknown: readonly number[];
  readonly lostTiers: number;
  readonly lostFeatures: number;
  /** Whether another assignment is equally good. Which people of a group move is no difference. */
  readonly hasTie: boolean;
}

/** A question to a solver, and how to read its answer. */
export interface Question<Answer> {
  readonly programme: AssignmentProgramme;
  read(solution: ProgrammeSolution): Answer;
}

const nothing: Person['requests'] = { features: [], plans: [] };

/** A group that is given `plan`, or no seat if it is null. */
interface Choice {
  readonly group: PeopleGroup;
  readonly plan: PlanKey | null;
}

/**
 * Asks for the assignment of people to plans within `seats` that loses least: nobody is below a pin; then the fewest
 * people are without a seat, then the fewest tiers are lost, then the fewest features, then the fewest people change, and
 * then the fewest tiers are added. People with an unknown plan keep it. People without a plan keep none, unless they are
 * pinned.
 */
export function askForAssignment(
  people: readonly Person[],
  features: PlanFeatures,
  seats: Seats,
): Question<Assignment> {
  // What people ask for makes no difference here, so it must not make a group.
  const groups = groupPeople(people.map((person) => ({ ...person, requests: nothing })));
  const placed = groups.filter(({ plan, pin }) => plan !== 'unknown' && (plan !== 'none' || pin !== null));
  const open = planKeys.filter((plan) => (seats.get(plan) ?? 0) !== 0);
  const choices = placed.flatMap((group): readonly Choice[] => [
    ...open.filter((plan) => satisfiesPin(plan, group.pin)).map((plan) => ({ group, plan })),
    { group, plan: null },
  ]);
  const losses = countLosses(features);
  return {
    programme: {
      variables: choices.length,
      rows: [...groupRows(placed, choices), ...seatRows(choices, seats)],
      objectives: [
        choices.map(({ plan }) => (plan === null ? 1 : 0)),
        choices.map(lostTiersOf),
        choices.map(({ group, plan }) => losses(group.plan, plan)),
        choices.map(({ group, plan }) => (plan === group.plan ? 0 : 1)),
        choices.map(addedTiersOf),
      ],
    },
    read: ({ values, objectives: [, lostTiers = 0, lostFeatures = 0], hasTie }) => ({
      ...readMoves(choices, values, features),
      withoutSeat: readWithoutSeat(choices, values),
      unknown: groups.filter(({ plan }) => plan === 'unknown').flatMap(({ associateIds }) => associateIds),
      lostTiers,
      lostFeatures,
      hasTie,
    }),
  };
}

/** Each person of a group has exactly one choice. */
export function groupRows(
  groups: readonly PeopleGroup[],
  choices: readonly { readonly group: PeopleGroup }[],
): readonly ProgrammeRow[] {
  const terms = new Map<PeopleGroup, [number, 1][]>(groups.map((group) => [group, []]));
  for (const [variable, { group }] of choices.entries()) terms.get(group)?.push([variable, 1]);
  return [...terms].map(
    ([
      {
        associateIds: { length },
      },
      each,
    ]) => ({
      atLeast: length,
      atMost: length,
      terms: each,
    }),
  );
}

function seatRows(choices: readonly Choice[], seats: Seats): readonly ProgrammeRow[] {
  return [...seats].flatMap(([plan, limit]) =>
    limit === 'unlimited' ? [] : [{ atMost: limit, terms: termsOfPlan(choices, plan) }],
  );
}

/** The people who are given a plan. */
export function termsOfPlan(
  choices: readonly { readonly plan: PlanKey | null }[],
  wanted: PlanKey,
): ProgrammeRow['terms'] {
  return choices.flatMap(({ plan }, variable) => (plan === wanted ? [[variable, 1]] : []));
}

function tiersOf(plan: PlanKey | null) {
  return heldTiers(plan ?? 'none');
}

function lostTiersOf({ group, plan }: Choice): number {
  return countTiersBelow(heldTiers(group.plan), tiersOf(plan));
}

/** The tiers that a choice adds. */
export function addedTiersOf({ group, plan }: Choice): number {
  return countTiersBelow(tiersOf(plan), heldTiers(group.plan));
}

/** Counts the features that each change of plan takes away, each change once. */
function countLosses(features: PlanFeatures): (from: HeldPlan, to: PlanKey | null) => number {
  const counts = new Map<string, number>();
  return (from, to) => {
    const key = `${from} ${to}`;
    const count = counts.get(key) ?? findLost(from, to, features).length;
    counts.set(key, count);
    return count;
  };
}

function findLost(from: HeldPlan, to: PlanKey | null, features: PlanFeatures): readonly FeatureKey[] {
  return without(featuresOf(from, features), featuresOf(to ?? 'none', features));
}

/** The features of a plan in a tenant; none without a known plan. */
export function featuresOf(plan: HeldPlan, features: PlanFeatures): ReadonlySet<FeatureKey> {
  return (plan === 'none' || plan === 'unknown' ? undefined : features.get(plan)) ?? new Set();
}

function without(all: ReadonlySet<FeatureKey>, some: ReadonlySet<FeatureKey>): readonly FeatureKey[] {
  return [...all].filter((feature) => !some.has(feature));
}

/** Reads who moves. If a group is divided, its first people by number move. */
export function readMoves(
  choices: readonly Choice[],
  values: readonly number[],
  features: PlanFeatures,
): Moves {
  const moves: Move[] = [];
  const inUse = new Map<PlanKey, number>();
  const moved = new Map<PeopleGroup, number>();
  for (const [variable, { group, plan }] of choices.entries()) {
    const count = values[variable] ?? 0;
    if (count === 0 || plan === null) continue;
    inUse.set(plan, (inUse.get(plan) ?? 0) + count);
    const { plan: from, associateIds: anyOf } = group;
    if (plan === from) continue;
    const start = moved.get(group) ?? 0;
    moved.set(group, start + count);
    moves.push({
      from,
      to: plan,
      associateIds: anyOf.slice(start, start + count),
      anyOf,
      lostFeatures: findLost(from, plan, features),
      gainedFeatures: without(featuresOf(plan, features), featuresOf(from, features)),
    });
  }
  return { moves, inUse };
}

function readWithoutSeat(choices: readonly Choice[], values: readonly number[]): readonly WithoutSeat[] {
  return choices.flatMap(({ group: { plan: from, pin, associateIds: anyOf }, plan }, variable) => {
    const count = values[variable] ?? 0;
    return plan === null && count > 0 ? [{ from, pin, count, anyOf }] : [];
  });
}
