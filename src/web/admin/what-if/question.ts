import {
  type Assignment,
  askForAssignment,
  type Question,
} from '../../../licensing/assignment/assign-plans.ts';
import { askForFewestSeats, type FewestSeats } from '../../../licensing/assignment/fewest-seats.ts';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { UserStore } from '../../../snapshots/user-store.ts';
import type { AssignmentSolver, UnsolvedReason } from '../../../solver/assignment-solver.ts';
import type { AccessRequestStore } from '../../../tenants/access-request-store.ts';
import type { PlanPriceStore } from '../../../tenants/plan-price-store.ts';
import type { UserPin, UserPinStore } from '../../../tenants/user-pin-store.ts';
import type { RequestLimits } from '../../middleware/request-limits.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Administrator } from '../../sign-in/require-administrator.ts';
import { orNullIfUnavailable } from '../or-null.ts';
import { toSeats } from './seat-plan.ts';
import { toSolverPrices } from './seat-prices.ts';
import { parseWhatIfQuery, type WhatIfQuery } from './what-if-query.ts';
import { type TenantFacts, tenantFacts } from './what-if-view.ts';

/** The answer to what an administrator asked, or why there is none; `nothing` if nothing valid was asked. */
export type Answer =
  | { readonly kind: 'assign'; readonly found: Assignment }
  | { readonly kind: 'fewest' | 'cheapest'; readonly found: FewestSeats }
  | { readonly kind: 'unsolved'; readonly reason: UnsolvedReason }
  | { readonly kind: 'nothing' };

/** A request of an administrator, and what it is answered from. */
interface AnsweredRequest {
  readonly query: WhatIfQuery;
  readonly facts: TenantFacts;
  readonly pins: readonly UserPin[];
  readonly isSuite: boolean;
  readonly answer: Answer;
}

/** What answers a request. */
export interface AnswerDeps {
  readonly licenses: LicenseSnapshots;
  readonly users: UserStore;
  readonly accessRequests: AccessRequestStore;
  readonly userPins: UserPinStore;
  readonly planPrices: PlanPriceStore;
  readonly assignmentSolver: AssignmentSolver;
  readonly entitlementEngine: EntitlementEngine;
  readonly limits: RequestLimits;
  readonly now: () => number;
}

/** Reads what is known of the administrator's tenant and answers what a query asks. */
export type AnswerRequest = (
  asked: Readonly<Record<string, unknown>>,
  administrator: Administrator,
  language: Language,
) => Promise<AnsweredRequest>;

/** Makes the function that answers requests. */
export function createAnswerRequest(deps: AnswerDeps): AnswerRequest {
  const { licenses, users, accessRequests, userPins, assignmentSolver, entitlementEngine, limits, now } =
    deps;

  return async function answerRequest(asked, { tenant, session }, language) {
    const { tenantId } = tenant;
    const query = parseWhatIfQuery(asked);
    const [tenantLicenses, listed, pins, openSubjects, prices] = await Promise.all([
      orNullIfUnavailable(licenses.getTenantLicenses(tenant)),
      users.listByTenant(tenantId),
      userPins.list(tenantId),
      accessRequests.listOpenSubjects(tenantId),
      deps.planPrices.find(tenantId),
    ]);
    const content = tenantLicenses?.content ?? null;
    const entitlements = entitlementEngine(content, toUtcDay(now()));
    const limitsOfSuite = content?.limits ?? null;
    const facts = tenantFacts({
      entitlements,
      isRefused: content === null,
      limits: limitsOfSuite,
      users: listed,
      pins,
      openSubjects,
      prices,
      query,
      language,
    });
    const isSuite = entitlements.report(null).model === 'suite';
    return { query, facts, pins, isSuite, answer: isSuite ? { kind: 'nothing' } : await answer() };

    async function answer(): Promise<Answer> {
      const { people, planned } = facts;
      const { question: kind } = query;
      const solverPrices = kind === 'cheapest' ? toSolverPrices(prices) : null;
      const isIncomplete = kind === 'cheapest' && solverPrices === null;
      if (kind === null || isIncomplete || planned.some(({ isInvalid }) => isInvalid))
        return { kind: 'nothing' };
      limits.countForm(session);
      const features = entitlements.planFeatures();
      const seats = toSeats(planned);
      return kind === 'assign'
        ? solve(askForAssignment(people, features, seats), (found) => ({ kind, found }))
        : solve(askForFewestSeats(people, features, { purchased: seats, prices: solverPrices }), (found) => ({
            kind,
            found,
          }));
    }

    async function solve<Found>(
      { programme, read }: Question<Found>,
      toAnswer: (found: Found) => Answer,
    ): Promise<Answer> {
      const result = await assignmentSolver(tenantId, programme);
      return result.solved ? toAnswer(read(result.solution)) : { kind: 'unsolved', reason: result.reason };
    }
  };
}
