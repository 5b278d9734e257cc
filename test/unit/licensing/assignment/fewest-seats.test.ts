import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askForFewestSeats, type FewestSeats } from '../../../../src/licensing/assignment/fewest-seats.ts';
import type { Person } from '../../../../src/licensing/assignment/people.ts';
import { type PlanKey, planKeys } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { HeldPlan } from '../../../../src/licensing/plans/identify-plan.ts';
import { runs, timeoutMs } from '../fixtures/arbitraries.ts';
import {
  allows,
  answer,
  comparisons,
  type SmallTenant,
  smallTenant,
  tiersBelow,
  tryAll,
} from '../fixtures/small-tenants.ts';

const featuresOf = ({ features }: SmallTenant, plan: HeldPlan) =>
  (plan === 'none' || plan === 'unknown' ? undefined : features.get(plan)) ?? new Set();

function keeps(tenant: SmallTenant, { plan: held }: Person, plan: PlanKey): boolean {
  const after = featuresOf(tenant, plan);
  return tiersBelow(held, plan) === 0 && [...featuresOf(tenant, held)].every((each) => after.has(each));
}

function satisfies(tenant: SmallTenant, { requests }: Person, plan: PlanKey): boolean {
  const after = featuresOf(tenant, plan);
  return (
    requests.features.every((each) => after.has(each)) &&
    requests.plans.every((each) => tiersBelow(each, plan) === 0)
  );
}

const isAsking = ({ requests }: Person) => requests.features.length + requests.plans.length > 0;

/** The plans a person may have, or none if the person keeps having no plan. */
function choicesFor(tenant: SmallTenant, person: Person, offered: ReadonlySet<PlanKey>): readonly PlanKey[] {
  const candidates = planKeys.filter((plan) => plan === person.plan || offered.has(plan));
  const kept = candidates.filter(
    (plan) => allows(person.pin, plan) && (plan === person.plan || keeps(tenant, person, plan)),
  );
  const satisfying = kept.filter((plan) => satisfies(tenant, person, plan));
  if (isAsking(person) && satisfying.length > 0) return satisfying;
  if (person.plan === 'none' && person.pin === null) return [];
  return kept.length > 0 ? kept : planKeys.filter((plan) => allows(person.pin, plan));
}

/** The price, if prices count, and what else is minimized. */
function judge(
  { seats, prices }: SmallTenant,
  people: readonly Person[],
  chosen: readonly PlanKey[],
  byPrice: boolean,
): readonly number[] {
  const additional = planKeys.map((plan) => {
    const limit = seats.get(plan) ?? 0;
    const inUse = chosen.filter((each) => each === plan).length;
    return limit === 'unlimited' ? 0 : Math.max(0, inUse - limit);
  });
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return [
    ...(byPrice ? [sum(chosen.map((plan) => prices.get(plan) ?? 0))] : []),
    sum(additional),
    sum(people.map(({ plan }, index) => tiersBelow(chosen[index] ?? null, plan))),
    sum(people.map(({ plan }, index) => (chosen[index] === plan ? 0 : 1))),
  ];
}

function planAfter(people: readonly Person[], { moves }: FewestSeats): readonly PlanKey[] {
  const moved = new Map(moves.flatMap(({ associateIds, to }) => associateIds.map((id) => [id, to] as const)));
  return people.flatMap(({ associateId, plan }) => {
    const after = moved.get(associateId) ?? plan;
    return after === 'none' || after === 'unknown' ? [] : [after];
  });
}

const findFewest = (tenant: SmallTenant, byPrice: boolean) =>
  answer(
    askForFewestSeats(tenant.people, tenant.features, {
      purchased: tenant.seats,
      prices: byPrice ? tenant.prices : null,
    }),
  );

/** Expects that a person keeps what they hold, unless a pin forces them, and is given what they ask for, or reported. */
function expectServed(tenant: SmallTenant, person: Person, found: FewestSeats): void {
  const isReported = found.unsatisfied.some(({ associateIds }) => associateIds.includes(person.associateId));
  const move = found.moves.find(({ associateIds }) => associateIds.includes(person.associateId));
  const after = move?.to ?? person.plan;
  if (after === 'none' || after === 'unknown') {
    expect(isReported).toBe(isAsking(person));
    return;
  }
  expect(allows(person.pin, after)).toBe(true);
  if (person.pin === null) expect(tiersBelow(person.plan, after)).toBe(0);
  if (!isReported) expect(!isAsking(person) || satisfies(tenant, person, after)).toBe(true);
}

describe('the fewest seats', () => {
  it('equal the best of all assignments, with and without prices', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(smallTenant, fc.boolean(), (tenant, byPrice) => {
        // Without prices every plan is offered: brute force is limited to those that the solver may choose from here.
        const offered = new Set(byPrice ? tenant.prices.keys() : planKeys);
        const known = tenant.people.filter(({ plan }) => plan !== 'unknown');
        const choices = known.map((person) => choicesFor(tenant, person, offered));
        const placed = known.filter((_, index) => (choices[index]?.length ?? 0) > 0);
        const open = choices.filter((each) => each.length > 0);
        fc.pre(open.reduce((product, each) => product * each.length, 1) <= 5_000);
        const groups = placed.map((person) => JSON.stringify({ ...person, associateId: 0 }));
        const { best, different } = tryAll(
          open,
          (chosen) => judge(tenant, placed, chosen, byPrice),
          (chosen) =>
            chosen
              .map((plan, index) => `${groups[index]} ${plan}`)
              .sort()
              .join(),
        );
        const found = findFewest(tenant, byPrice);
        expect(judge(tenant, placed, planAfter(placed, found), byPrice)).toEqual(best);
        expect(found.hasTie).toBe(different > 1);
        expect(found.price).toBe(byPrice ? best?.[0] : null);
      }),
      comparisons,
    );
  });

  it('take nothing from anyone whom no pin forces, and satisfy each request or report it', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(smallTenant, (tenant) => {
        const found = findFewest(tenant, false);
        for (const person of tenant.people) expectServed(tenant, person, found);
      }),
      runs,
    );
  });
});
