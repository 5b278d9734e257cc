import { includesService } from '../../../licensing/advice/drops-service.ts';
import type { Assignment, Move, Moves, WithoutSeat } from '../../../licensing/assignment/assign-plans.ts';
import type { FewestSeats, Unsatisfied } from '../../../licensing/assignment/fewest-seats.ts';
import { heldTiers } from '../../../licensing/assignment/people.ts';
import type { PlanPrices } from '../../../licensing/billing/plan-prices.ts';
import type { FeatureKey } from '../../../licensing/catalogue/feature-keys.ts';
import { getFeatureLabel } from '../../../licensing/catalogue/labels.ts';
import { type PlanTier, solutions, tierRank } from '../../../licensing/catalogue/solutions.ts';
import { planKeys } from '../../../licensing/catalogue/user-plans.ts';
import type { HeldPlan } from '../../../licensing/plans/identify-plan.ts';
import { subjectName } from '../../panel/access-request-view.ts';
import { planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import type { PlannedSeats } from './seat-plan.ts';
import { describeSeatPrices } from './seat-prices.ts';

/** People, with a sentence about who of them it is. */
interface NamedPeople {
  readonly text: string;
  readonly people: readonly { readonly associateId: number; readonly name: string }[];
  /** How many more there are; empty if all are named. */
  readonly more: string;
}

/** People who are named; the files have all who move. */
const maxNamed = 100;

/** People who change from one plan to another. */
interface MoveRow {
  readonly change: string;
  readonly count: string;
  readonly loses: readonly string[];
  readonly gains: readonly string[];
  readonly people: readonly NamedPeople[];
}

/** The seats of a plan before and after. */
interface SeatChangeRow {
  readonly plan: string;
  readonly before: string;
  readonly after: string;
  /** The seats that are typed or purchased. */
  readonly seats: string;
  /** The seats to buy, or that are left over; empty if there are none. */
  readonly difference: string;
}

/** An answer to what an administrator asked. */
export interface AnswerView {
  readonly title: string;
  /** What the answer is in one sentence each, the most important first. */
  readonly summary: readonly string[];
  /** What is missing, if there are too few seats; what cannot be satisfied. */
  readonly problems: readonly NamedPeople[];
  readonly moves: readonly MoveRow[];
  readonly seats: readonly SeatChangeRow[];
}

/** What describes an answer. */
export interface AnswerContext {
  readonly prices: PlanPrices | null;
  readonly planned: readonly PlannedSeats[];
  readonly nameOf: (associateId: number) => string;
  readonly language: Language;
}

/** Describes who would have to change. */
export function assignmentView(answer: Assignment, context: AnswerContext): AnswerView {
  const { t, number } = context.language;
  const { moves, withoutSeat, hasTie } = answer;
  const count = countPeople(moves);
  const missing = withoutSeat.reduce((sum, each) => sum + each.count, 0);
  return {
    title: t('admin.whatIf.assign'),
    summary: [
      ...(missing > 0 ? [t('admin.whatIf.missing', { count: missing, number: number(missing) })] : []),
      count === 0 ? t('admin.whatIf.nobody') : t('admin.whatIf.changes', { count, number: number(count) }),
      ...(missing === 0 && count > 0 ? [describeLosses(answer, context.language)] : []),
      ...priceOf(answer, context),
      ...adviceOn(moves, hasTie, context.language),
    ],
    problems: withoutSeat.map((each) => describeWithoutSeat(each, context)),
    moves: moveRows(moves, context),
    seats: seatRows(answer, context),
  };
}

/** Describes the fewest or cheapest seats for what people hold and ask for. */
export function fewestSeatsView(
  answer: FewestSeats,
  kind: 'fewest' | 'cheapest',
  context: AnswerContext,
): AnswerView {
  const { t, number } = context.language;
  const count = countPeople(answer.moves);
  const isFewest = kind === 'fewest';
  const purchased = [...answer.toPurchase.values()].reduce((sum, each) => sum + each, 0);
  const spare = context.planned.reduce((sum, each) => sum + countSpare(each, answer), 0);
  return {
    title: t(isFewest ? 'admin.whatIf.fewest' : 'admin.whatIf.cheapest'),
    summary: [
      purchased === 0
        ? t('admin.whatIf.buyNone')
        : t('admin.whatIf.buy', { count: purchased, number: number(purchased) }),
      ...(spare === 0 ? [] : [t('admin.whatIf.spare', { count: spare, number: number(spare) })]),
      count === 0 ? t('admin.whatIf.nobody') : t('admin.whatIf.changes', { count, number: number(count) }),
      ...priceOf(answer, context),
      ...adviceOn(answer.moves, answer.hasTie, context.language),
    ],
    problems: answer.unsatisfied.map((each) => describeUnsatisfied(each, context)),
    moves: moveRows(answer.moves, context),
    seats: seatRows(answer, context),
  };
}

function describeLosses({ lostTiers, lostFeatures }: Assignment, { t, number }: Language): string {
  if (lostTiers + lostFeatures === 0) return t('admin.whatIf.nothingLost');
  return t('admin.whatIf.lost', { tiers: number(lostTiers), features: number(lostFeatures) });
}

function priceOf({ inUse }: Moves, { planned, prices, language }: AnswerContext): readonly string[] {
  const today = new Map(planned.map((each) => [each.plan, each.inUse]));
  return describeSeatPrices(today, inUse, prices, language);
}

/** What to know before changing anything. */
function adviceOn(moves: readonly Move[], hasTie: boolean, { t }: Language): readonly string[] {
  const drops = moves.some(({ from, to }) => heldTiers(from).service !== 'none' && !includesService(to));
  return [...(drops ? [t('crm.someDropService')] : []), ...(hasTie ? [t('admin.whatIf.tie')] : [])];
}

function countPeople(moves: readonly Move[]): number {
  return moves.reduce((sum, { associateIds }) => sum + associateIds.length, 0);
}

function countSpare({ plan, count }: PlannedSeats, { inUse }: Moves): number {
  return count === 'unlimited' ? 0 : Math.max(0, count - (inUse.get(plan) ?? 0));
}

function moveRows(moves: readonly Move[], context: AnswerContext): readonly MoveRow[] {
  const { language } = context;
  const byChange = new Map<string, Move[]>();
  for (const move of moves) {
    const key = `${move.from} ${move.to}`;
    byChange.set(key, [...(byChange.get(key) ?? []), move]);
  }
  return [...byChange.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { from, to } = first;
    return [
      {
        change: `${heldPlanName(from, language)} → ${planLabel(to, language)}`,
        count: peopleText(countPeople(group), language),
        loses: lossesOf(first, language),
        gains: gainsOf(first, language),
        people: group.map(({ associateIds, anyOf }) => namePeople(associateIds.length, anyOf, context)),
      },
    ];
  });
}

function peopleText(count: number, { t, number }: Language): string {
  return t('admin.whatIf.people', { count, number: number(count) });
}

/** What a person who moves loses: tiers, then features. */
export function lossesOf({ from, to, lostFeatures }: Move, language: Language): readonly string[] {
  return [...tierChanges(from, to, -1, language), ...featureNames(lostFeatures, language)];
}

/** What a person who moves gains: tiers, then features. */
export function gainsOf({ from, to, gainedFeatures }: Move, language: Language): readonly string[] {
  return [...tierChanges(from, to, 1, language), ...featureNames(gainedFeatures, language)];
}

/** How many of `all` people move: all, or any. */
export function describeChoice(count: number, all: number, language: Language): string {
  const { t, number } = language;
  if (count === all) return peopleText(count, language);
  return t('admin.whatIf.anyOf', { number: number(count), all: number(all) });
}

/** Names all people of whom some change, because any of them can. */
function namePeople(
  count: number,
  anyOf: readonly number[],
  { nameOf, language }: AnswerContext,
): NamedPeople {
  const { t, number, locale } = language;
  const people = anyOf
    .map((associateId) => ({ associateId, name: nameOf(associateId) }))
    .sort((a, b) => a.name.localeCompare(b.name, locale));
  const more = people.length - maxNamed;
  return {
    text: describeChoice(count, anyOf.length, language),
    people: people.slice(0, maxNamed),
    more: more > 0 ? t('admin.whatIf.more', { number: number(more) }) : '',
  };
}

function describeWithoutSeat({ from, pin, count, anyOf }: WithoutSeat, context: AnswerContext): NamedPeople {
  const { language } = context;
  const values = {
    people: peopleText(count, language),
    from: heldPlanName(from, language),
    plan: pin === null ? '' : planLabel(pin.plan, language),
  };
  const text = language.t(`admin.whatIf.withoutSeat.${pin?.kind ?? 'any'}`, values);
  return { ...namePeople(count, anyOf, context), text };
}

function describeUnsatisfied(
  { reason, requests, associateIds }: Unsatisfied,
  context: AnswerContext,
): NamedPeople {
  const { language } = context;
  const wanted = [
    ...requests.features.map((feature) => subjectName({ kind: 'feature', feature }, language)),
    ...requests.plans.map((plan) => subjectName({ kind: 'plan', plan }, language)),
  ].join(', ');
  const text = language.t(`admin.whatIf.unsatisfied.${reason}`, { wanted });
  return { ...namePeople(associateIds.length, associateIds, context), text };
}

function tierChanges(from: HeldPlan, to: HeldPlan, direction: 1 | -1, { t }: Language): readonly string[] {
  const [before, after] = [heldTiers(from), heldTiers(to)];
  const name = (tier: PlanTier) => (tier === 'none' ? t('admin.whatIf.noTier') : t(`tier.${tier}`));
  return solutions
    .filter((each) => Math.sign(tierRank(after[each]) - tierRank(before[each])) === direction)
    .map((each) => `${t(`solution.${each}`)}: ${name(before[each])} → ${name(after[each])}`);
}

function featureNames(features: readonly FeatureKey[], { code }: Language): readonly string[] {
  return features.map((feature) => getFeatureLabel(feature, code));
}

/** The name of the plan that a person holds. */
export function heldPlanName(plan: HeldPlan, language: Language): string {
  if (plan === 'none') return language.t('admin.noPlan');
  return plan === 'unknown' ? language.t('plan.unknown') : planLabel(plan, language);
}

function seatRows(
  answer: Moves & Partial<Pick<FewestSeats, 'toPurchase'>>,
  context: AnswerContext,
): readonly SeatChangeRow[] {
  const { planned, language } = context;
  const { t, number } = language;
  const rows = new Map(planned.map((each) => [each.plan, each]));
  return planKeys
    .filter((plan) => rows.has(plan) || answer.inUse.has(plan))
    .map((plan) => {
      const row = rows.get(plan);
      const after = answer.inUse.get(plan) ?? 0;
      const toPurchase = answer.toPurchase?.get(plan) ?? 0;
      const spare = row === undefined ? 0 : countSpare(row, answer);
      return {
        plan: planLabel(plan, language),
        before: number(row?.inUse ?? 0),
        after: number(after),
        seats: row?.count === 'unlimited' ? t('panel.unlimited') : number(row?.count ?? 0),
        difference:
          toPurchase > 0
            ? t('admin.whatIf.toPurchase', { number: number(toPurchase) })
            : spare > 0
              ? t('admin.whatIf.left', { number: number(spare) })
              : '',
      };
    });
}
