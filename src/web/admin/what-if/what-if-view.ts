import type { Person, Pin } from '../../../licensing/assignment/people.ts';
import type { PlanPrices } from '../../../licensing/billing/plan-prices.ts';
import { type PlanKey, planKeys } from '../../../licensing/catalogue/user-plans.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { ReportedLimits } from '../../../licensing/licenses/license-data.ts';
import type { HeldPlan } from '../../../licensing/plans/identify-plan.ts';
import type { OpenSubject } from '../../../tenants/access-request-store.ts';
import type { UserPin } from '../../../tenants/user-pin-store.ts';
import { planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { describeSeatCount } from '../seats/seat-rows.ts';
import { countPlans, type ListedUser, toPeople } from './people.ts';
import { findOtherCounts, type PlannedSeats, planSeats } from './seat-plan.ts';
import { toSolverPrices } from './seat-prices.ts';
import { maxSeats, seatParameter, type WhatIfQuery } from './what-if-query.ts';

/** What is known of a tenant when a question is asked. */
export interface TenantFacts {
  readonly entitlements: TenantEntitlements;
  readonly limits: ReportedLimits | null;
  /** Whether SuperOffice refused to return the licenses. */
  readonly isRefused: boolean;
  /** Those who have not left; on CRM Suite, those who can log in, each of whom has a seat. */
  readonly users: readonly ListedUser[];
  /** The number of people who have left and still hold a plan; they need none. */
  readonly left: number;
  readonly people: readonly Person[];
  readonly held: ReadonlyMap<HeldPlan, number>;
  /** The purchased plans of which SuperOffice reports another number of seats in use. */
  readonly otherCounts: readonly PlanKey[];
  readonly planned: readonly PlannedSeats[];
  /** Null if no administrator entered any. */
  readonly prices: PlanPrices | null;
  readonly nameOf: (associateId: number) => string;
}

/** Joins what is known of a tenant. */
export function tenantFacts(input: {
  readonly entitlements: TenantEntitlements;
  readonly isRefused: boolean;
  readonly limits: ReportedLimits | null;
  readonly users: readonly ListedUser[];
  readonly pins: readonly UserPin[];
  readonly openSubjects: readonly OpenSubject[];
  readonly prices: PlanPrices | null;
  readonly query: WhatIfQuery;
  readonly language: Language;
}): TenantFacts {
  const { entitlements, limits, openSubjects, prices, query, language } = input;
  const isSuite = entitlements.report(null).model === 'suite';
  const users = input.users.filter(({ retired, canLogIn }) => !retired && !(isSuite && canLogIn === false));
  const pins = new Map(input.pins.map(({ associateId, kind, plan }) => [associateId, { kind, plan } as Pin]));
  const { identifyPlan } = entitlements;
  const people = toPeople({ users, identifyPlan, pins, openSubjects });
  const names = new Map(users.map(({ associateId, name }) => [associateId, name]));
  const held = countPlans(people);
  const heldByAll = countPlans(
    toPeople({ users: input.users, identifyPlan, pins: new Map(), openSubjects: [] }),
  );
  return {
    entitlements,
    isRefused: input.isRefused,
    limits,
    users,
    left: input.users.length - users.length,
    people,
    held,
    otherCounts: findOtherCounts(entitlements, heldByAll),
    planned: planSeats(entitlements, held, query),
    prices,
    nameOf: (associateId) => names.get(associateId) || language.t('admin.associate', { associateId }),
  };
}

/** The form with the seats of each plan. */
export interface SeatFormView {
  readonly rows: readonly {
    readonly plan: string;
    readonly parameter: string;
    readonly purchased: string;
    readonly inUse: string;
    readonly text: string;
    readonly isInvalid: boolean;
  }[];
  readonly total: { readonly purchased: string; readonly inUse: string };
  readonly maxSeats: number;
  /** What is wrong with the typed numbers; empty if they are valid. */
  readonly validationError: string;
  /** Whether the cheapest seats can be asked for. */
  readonly hasPrices: boolean;
  readonly plansToAdd: readonly { readonly key: string; readonly label: string }[];
  /** Who is not counted, and why. */
  readonly notes: readonly string[];
}

/** Describes the form with the seats of each plan. */
export function seatFormView(facts: TenantFacts, language: Language): SeatFormView {
  const { planned, prices } = facts;
  const { t, number } = language;
  const counts = planned.map(({ purchased }) => purchased);
  return {
    rows: planned.map(({ plan, purchased, inUse, text, isInvalid }) => ({
      plan: planLabel(plan, language),
      parameter: seatParameter(plan),
      purchased: describeSeatCount(purchased, language),
      inUse: number(inUse),
      text,
      isInvalid,
    })),
    total: {
      purchased: counts.every((each) => typeof each === 'number')
        ? number(counts.reduce((sum: number, each) => sum + (typeof each === 'number' ? each : 0), 0))
        : '',
      inUse: number(planned.reduce((sum, each) => sum + each.inUse, 0)),
    },
    maxSeats,
    validationError: planned.some(({ isInvalid }) => isInvalid)
      ? t('admin.whatIf.seatsInvalid', { most: number(maxSeats) })
      : '',
    hasPrices: toSolverPrices(prices) !== null,
    plansToAdd: planKeys
      .filter((key) => !planned.some(({ plan }) => plan === key))
      .map((key) => ({ key, label: planLabel(key, language) })),
    notes: notCounted(facts, language),
  };
}

/** Who and what is not counted in an answer, in one sentence each. */
function notCounted(
  { held, users, left, people, entitlements, otherCounts, isRefused }: TenantFacts,
  language: Language,
): readonly string[] {
  const { t, number } = language;
  const without = held.get('none') ?? 0;
  const unknown = held.get('unknown') ?? 0;
  const texts = users
    .filter((_, index) => people[index]?.plan === 'unknown')
    .map(({ userPlan }) => userPlan.trim());
  const unidentified = entitlements.identifiedSeats().filter(({ key }) => key === null);
  const names = (each: readonly string[]) => [...new Set(each)].sort().join(', ');
  return [
    ...(isRefused ? [t('admin.seatsRefused')] : []),
    ...(users.length === 0 ? [t('admin.users.empty.unread')] : []),
    ...(without === 0 ? [] : [t('admin.whatIf.withoutPlan', { count: without, number: number(without) })]),
    ...(unknown === 0
      ? []
      : [t('admin.whatIf.unknownPlan', { count: unknown, number: number(unknown), plans: names(texts) })]),
    ...(left === 0 ? [] : [t('admin.whatIf.haveLeft', { count: left, number: number(left) })]),
    ...(unidentified.length === 0
      ? []
      : [t('admin.whatIf.unidentified', { plans: names(unidentified.map(({ plan }) => plan)) })]),
    ...(otherCounts.length === 0
      ? []
      : [
          t('admin.whatIf.otherCounts', {
            plans: names(otherCounts.map((plan) => planLabel(plan, language))),
          }),
        ]),
  ];
}
