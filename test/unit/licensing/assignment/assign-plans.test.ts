import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Assignment, askForAssignment } from '../../../../src/licensing/assignment/assign-plans.ts';
import type { Person, Pin } from '../../../../src/licensing/assignment/people.ts';
import { type PlanKey, planKeys } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { HeldPlan } from '../../../../src/licensing/plans/identify-plan.ts';
import { runs, timeoutMs } from '../fixtures/arbitraries.ts';
import {
  allows,
  answer,
  catalogueFeatures,
  comparisons,
  type SmallTenant,
  smallTenant,
  tiersBelow,
  tryAll,
} from '../fixtures/small-tenants.ts';

const isPlaced = ({ plan, pin }: Person) => plan !== 'unknown' && (plan !== 'none' || pin !== null);

function countLost({ features }: SmallTenant, from: HeldPlan, to: PlanKey | null): number {
  const after = to === null ? undefined : features.get(to);
  const before = from === 'none' || from === 'unknown' ? undefined : features.get(from);
  return [...(before ?? [])].filter((feature) => after?.has(feature) !== true).length;
}

/** What is minimized, of one choice for each placed person; null if a plan has too few seats. */
function judge(tenant: SmallTenant, chosen: readonly (PlanKey | null)[]): readonly number[] | null {
  const placed = tenant.people.filter(isPlaced);
  const isOver = [...tenant.seats].some(
    ([plan, limit]) => limit !== 'unlimited' && chosen.filter((each) => each === plan).length > limit,
  );
  if (isOver) return null;
  const sum = (count: (person: Person, plan: PlanKey | null) => number) =>
    placed.reduce((total, person, index) => total + count(person, chosen[index] ?? null), 0);
  return [
    sum((_, plan) => (plan === null ? 1 : 0)),
    sum(({ plan: from }, plan) => tiersBelow(from, plan)),
    sum(({ plan: from }, plan) => countLost(tenant, from, plan)),
    sum(({ plan: from }, plan) => (plan === from ? 0 : 1)),
    sum(({ plan: from }, plan) => tiersBelow(plan, from)),
  ];
}

/** The plan of each placed person after an assignment; null without a seat. */
function planAfter(tenant: SmallTenant, { moves, withoutSeat }: Assignment): readonly (PlanKey | null)[] {
  const moved = new Map(moves.flatMap(({ associateIds, to }) => associateIds.map((id) => [id, to] as const)));
  // People without a seat are those of their group who neither move nor keep their plan; any of them will do.
  const without = new Set(
    withoutSeat.flatMap(({ anyOf, count }) => anyOf.filter((id) => !moved.has(id)).slice(0, count)),
  );
  return tenant.people.filter(isPlaced).map(({ associateId, plan }) => {
    if (without.has(associateId) || plan === 'unknown') return null;
    return moved.get(associateId) ?? (plan === 'none' ? null : plan);
  });
}

const assign = ({ people, features, seats }: SmallTenant) =>
  answer(askForAssignment(people, features, seats));

describe('the assignment that loses least', () => {
  it('equals the best of all assignments, and tells whether another is as good', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(smallTenant, (tenant) => {
        const placed = tenant.people.filter(isPlaced);
        const choices = placed.map(({ pin }) => [
          ...[...tenant.seats.keys()].filter((plan) => allows(pin, plan)),
          null,
        ]);
        const groups = placed.map(({ plan, pin }) => JSON.stringify([plan, pin]));
        const { best, different } = tryAll(
          choices,
          (chosen) => judge(tenant, chosen),
          (chosen) =>
            chosen
              .map((plan, index) => `${groups[index]} ${plan}`)
              .sort()
              .join(),
        );
        const found = assign(tenant);
        expect(judge(tenant, planAfter(tenant, found))).toEqual(best);
        expect([found.lostTiers, found.lostFeatures]).toEqual(best?.slice(1, 3));
        expect(found.hasTie).toBe(different > 1);
      }),
      comparisons,
    );
  });

  it('puts nobody below a pin, and is never worse than leaving all as it is', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(smallTenant, (tenant) => {
        const placed = tenant.people.filter(isPlaced);
        const after = planAfter(tenant, assign(tenant));
        for (const [index, plan] of after.entries())
          expect(plan === null || allows(placed[index]?.pin ?? null, plan)).toBe(true);
        const asItIs = placed.map(({ plan }) => (plan === 'none' || plan === 'unknown' ? null : plan));
        const isAllowed = placed.every(({ pin }, index) => {
          const plan = asItIs[index] ?? null;
          return plan !== null && allows(pin, plan);
        });
        if (isAllowed && judge(tenant, asItIs) !== null) expect(after).toEqual(asItIs);
      }),
      runs,
    );
  });

  it('does not depend on the order of the people', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(smallTenant, (tenant) => {
        const reversed = { ...tenant, people: tenant.people.toReversed() };
        expect(assign(reversed)).toEqual(assign(tenant));
      }),
      runs,
    );
  });
});

describe('the assignment with the features of the catalogue', () => {
  const people = (plan: HeldPlan, count: number, from: number, pin: Pin | null = null): readonly Person[] =>
    Array.from({ length: count }, (_, index) => ({
      associateId: from + index,
      plan,
      pin,
      requests: { features: [], plans: [] },
    }));
  const assignTo = (all: readonly Person[], seats: Readonly<Partial<Record<PlanKey, number>>>) =>
    answer(
      askForAssignment(
        all,
        catalogueFeatures,
        new Map(
          planKeys.flatMap((plan) => (seats[plan] === undefined ? [] : [[plan, seats[plan]] as const])),
        ),
      ),
    );

  it('gives the seats of the plan that loses least to people whose seats are cut', () => {
    const { moves, lostTiers, withoutSeat, hasTie } = assignTo(people('sales-premium', 3, 101), {
      'sales-premium': 1,
      'sales-essential': 2,
      'marketing-premium': 9,
    });
    expect(moves.map(({ from, to, associateIds, anyOf }) => [from, to, associateIds, anyOf])).toEqual([
      ['sales-premium', 'sales-essential', [101, 102], [101, 102, 103]],
    ]);
    expect(moves[0]?.lostFeatures).toContain('saint');
    expect([lostTiers, withoutSeat, hasTie]).toEqual([2, [], false]);
  });

  it('lets a pinned person keep the plan, and tells which pinned seats are missing', () => {
    const pin: Pin = { kind: 'at-least', plan: 'sales-premium' };
    const all = [...people('sales-premium', 1, 101, pin), ...people('sales-premium', 1, 102)];
    expect(
      assignTo(all, { 'sales-premium': 1, 'sales-essential': 5 }).moves.map((each) => each.associateIds),
    ).toEqual([[102]]);
    expect(assignTo(all, { 'sales-essential': 5 }).withoutSeat).toEqual([
      { from: 'sales-premium', pin, count: 1, anyOf: [101] },
    ]);
  });

  it('keeps people with an unknown plan and without a plan where they are', () => {
    const all = [...people('unknown', 1, 1), ...people('none', 1, 2), ...people('sales-essential', 1, 3)];
    expect(assignTo(all, { 'sales-essential': 1, 'sales-premium': 9 })).toMatchObject({
      moves: [],
      unknown: [1],
      withoutSeat: [],
      hasTie: false,
    });
  });

  it('does not use a higher plan than needed, and tells two plans that are equally good', () => {
    const all = people('sales-premium', 1, 1);
    const seats = { 'sales-premium+service-premium': 1, 'sales-premium+service-essential': 1 };
    expect(assignTo(all, seats)).toMatchObject({
      moves: [{ to: 'sales-premium+service-essential' }],
      hasTie: false,
    });
    const equal = { 'sales-premium+marketing-essential': 1, 'sales-premium+service-essential': 1 };
    expect(assignTo(all, equal)).toMatchObject({ lostTiers: 0, lostFeatures: 0, hasTie: true });
  });

  it('asks for numbers of people by group and plan, however many people there are', () => {
    const all = planKeys.flatMap((plan, index) => people(plan, 200, index * 200));
    const { programme } = askForAssignment(
      all,
      catalogueFeatures,
      new Map(planKeys.map((plan) => [plan, 150])),
    );
    expect(programme.variables).toBe(26 * 27);
    const { withoutSeat, inUse } = assignTo(all, Object.fromEntries(planKeys.map((plan) => [plan, 190])));
    expect(withoutSeat.reduce((sum, { count }) => sum + count, 0)).toBe(260);
    expect([...inUse.values()].every((count) => count === 190)).toBe(true);
  });
});
