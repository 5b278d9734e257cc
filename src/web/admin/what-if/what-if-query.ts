import { solutions, tierRank } from '../../../licensing/catalogue/solutions.ts';
import { type SuitePlan, suitePlans } from '../../../licensing/catalogue/suite-plans.ts';
import { getUserPlan, type PlanKey, planKeys } from '../../../licensing/catalogue/user-plans.ts';

/** What an administrator asks: who would have to change, or which seats are needed: the fewest, or the cheapest. */
const questions = ['assign', 'fewest', 'cheapest'] as const;

/** The query of the page. All of it is in the URL, so that a result can be sent to a colleague. */
export interface WhatIfQuery {
  /** Null before anything is asked. */
  readonly question: (typeof questions)[number] | null;
  /** The typed seats by plan, as text. */
  readonly typed: ReadonlyMap<PlanKey, string>;
  /** The CRM Suite plan to compare with; null for the one that the user plans lead to. */
  readonly suite: SuitePlan | null;
}

/** The most seats of one plan that can be typed. */
export const maxSeats = 100_000;

/** The parameter with the seats of a plan, such as `s2v0m1`: short, so that a query with all plans can be sent. */
export function seatParameter(plan: PlanKey): string {
  const { tiers } = getUserPlan(plan);
  const letters = { sales: 's', service: 'v', marketing: 'm' } as const;
  return solutions.map((solution) => `${letters[solution]}${tierRank(tiers[solution])}`).join('');
}

/** The query with the seats that a form sent, which the administrator has typed but not asked with yet. */
export function withTypedSeats(
  query: Readonly<Record<string, unknown>>,
  form: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const typed = planKeys.map(seatParameter).filter((name) => typeof form[name] === 'string');
  return { ...query, ...Object.fromEntries(typed.map((name) => [name, form[name]])) };
}

/** Parses the query; what is no valid value counts as absent. A plan to add counts as typed with no seats. */
export function parseWhatIfQuery(query: Readonly<Record<string, unknown>>): WhatIfQuery {
  const typed = planKeys.flatMap((plan) => {
    const value = query[seatParameter(plan)];
    if (typeof value === 'string') return [[plan, value.trim()] as const];
    return query.add === plan ? [[plan, '0'] as const] : [];
  });
  return {
    question: questions.find((question) => question === query.ask) ?? null,
    typed: new Map(typed),
    suite: suitePlans.find((plan) => plan === query.suite) ?? null,
  };
}

/** The number of seats that a text names; null if it names none. */
export function parseSeats(text: string): number | null {
  return /^\d{1,6}$/.test(text) && Number(text) <= maxSeats ? Number(text) : null;
}
