import type { Request, RequestHandler } from 'express';
import { askForAssignment, type Question } from '../../../licensing/assignment/assign-plans.ts';
import { askForFewestSeats } from '../../../licensing/assignment/fewest-seats.ts';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { UserStore } from '../../../snapshots/user-store.ts';
import type { AssignmentSolver } from '../../../solver/assignment-solver.ts';
import type { AccessRequestStore } from '../../../tenants/access-request-store.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { UserPinStore } from '../../../tenants/user-pin-store.ts';
import { viewQuery } from '../../administrator-pages.ts';
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { parseAssociateId } from '../user-data/user-data-form.ts';
import { type AnswerView, assignmentView, fewestSeatsView } from './answer-view.ts';
import { type InvalidPin, type PinValidationError, pinSchema, validatePin } from './pin-form.ts';
import { pinsView } from './pins-view.ts';
import { toSeats } from './seat-plan.ts';
import { suiteMoveView } from './suite-move-view.ts';
import { parseWhatIfQuery, type WhatIfQuery } from './what-if-query.ts';
import { seatFormView, type TenantFacts, tenantFacts } from './what-if-view.ts';

const path = '/admin/what-if';

/** An answer, or why there is none. */
type Answer =
  | { readonly answer: AnswerView; readonly notice: '' }
  | { readonly answer: null; readonly notice: string };

const noAnswer: Answer = { answer: null, notice: '' };

/** What the page and its form use. */
interface WhatIfDeps {
  readonly administratorGuard: AdministratorGuard;
  readonly drafts: FormDrafts;
  readonly adminFrame: MakeAdminFrame;
  readonly licenses: LicenseSnapshots;
  readonly users: UserStore;
  readonly accessRequests: AccessRequestStore;
  readonly userPins: UserPinStore;
  readonly assignmentSolver: AssignmentSolver;
  readonly entitlementEngine: EntitlementEngine;
  readonly audit: AuditLog;
  readonly views: Views;
  readonly now: () => number;
}

/**
 * Makes the handlers that answer what would happen with other seats or on CRM Suite, and that set and remove the pins of
 * users. Nothing is changed in SuperOffice.
 */
export function createWhatIfPage(deps: WhatIfDeps): {
  readonly show: RequestHandler;
  readonly pin: RequestHandler;
} {
  const { administratorGuard, drafts, userPins, audit } = deps;
  const render = createRender(deps);

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const draft = pinSchema.safeParse(drafts.take(request, response, administrator.session, path));
      const refused =
        draft.data?.intent === 'pin' ? ({ ...draft.data, validationError: 'not-sent' } as const) : null;
      response.send(await render(request, administrator, refused));
    },

    async pin(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const { session } = administrator;
      const form = parseForm(pinSchema, request.body);
      const validationError = await change(administrator, form);
      if (validationError !== null && form.intent === 'pin') {
        response.status(400).send(await render(request, administrator, { ...form, validationError }));
        return;
      }
      const user = parseAssociateId(form.associateId);
      if (validationError === null && user !== null)
        await audit.write(toAuditActor(request, session), {
          event: form.intent === 'pin' ? 'user-pinned' : 'user-unpinned',
          user,
        });
      const query = new URLSearchParams(`lang=${requestedLanguage(request)}&${viewQuery(request.query)}`);
      response.redirect(303, `${path}?${query}#pins`);
    },
  };

  /** Sets or removes a pin. @returns why it was refused; null if it was not */
  async function change(
    { tenant: { tenantId }, session }: Administrator,
    form: ReturnType<typeof pinSchema.parse>,
  ): Promise<PinValidationError | null> {
    const associateId = parseAssociateId(form.associateId);
    if (associateId === null) return 'user-number-invalid';
    if (form.intent === 'unpin')
      return (await userPins.remove(tenantId, associateId)) ? null : 'user-not-listed';
    const validationError = validatePin(form);
    if (validationError !== null) return validationError;
    const { kind, plan, reason } = form;
    const pin = { associateId, kind, plan, reason, pinnedBy: session.associateId };
    return (await userPins.save(tenantId, pin)) ? null : 'user-not-listed';
  }
}

function createRender({
  adminFrame,
  licenses,
  users,
  accessRequests,
  userPins,
  assignmentSolver,
  entitlementEngine,
  views,
  now,
}: WhatIfDeps) {
  return async function render(
    request: Request,
    administrator: Administrator,
    refused: InvalidPin | null,
  ): Promise<string> {
    const { tenant } = administrator;
    const { tenantId } = tenant;
    const query = parseWhatIfQuery(request.query);
    const [{ frame, language }, tenantLicenses, listed, pins, requests] = await Promise.all([
      adminFrame(request, administrator, 'whatIf'),
      licenses.getTenantLicenses(tenant),
      users.listByTenant(tenantId),
      userPins.list(tenantId),
      accessRequests.listOpenSubjects(tenantId),
    ]);
    const content = tenantLicenses?.content ?? null;
    const entitlements = entitlementEngine(content, toUtcDay(now()));
    const facts = tenantFacts({
      entitlements,
      limits: content?.limits ?? null,
      users: listed,
      pins,
      accessRequests: requests,
      query,
      language,
    });
    const isSuite = entitlements.report(null).model === 'suite';
    const { nameOf } = facts;
    return views('admin-what-if', language, {
      ...frame,
      query: viewQuery(request.query),
      seatForm: isSuite ? null : seatFormView(facts, language),
      ...(isSuite ? noAnswer : await answerQuestion(query, facts)),
      pins: isSuite ? null : pinsView({ pins, refused, users: listed, nameOf, language }),
      suite: suiteMoveView({ ...facts, chosen: query.suite, language }),
    });

    async function answerQuestion({ question }: WhatIfQuery, asked: TenantFacts): Promise<Answer> {
      const { people, planned } = asked;
      if (question === null || planned.some(({ isInvalid }) => isInvalid)) return noAnswer;
      const context = { planned, nameOf, language };
      const features = entitlements.planFeatures();
      const seats = toSeats(planned);
      return question === 'assign'
        ? solve(askForAssignment(people, features, seats), (found) => assignmentView(found, context))
        : solve(askForFewestSeats(people, features, { purchased: seats, prices: null }), (found) =>
            fewestSeatsView(found, context),
          );
    }

    async function solve<Found>(
      { programme, read }: Question<Found>,
      describe: (found: Found) => AnswerView,
    ): Promise<Answer> {
      const result = await assignmentSolver(tenantId, programme);
      return result.solved
        ? { answer: describe(read(result.solution)), notice: '' }
        : { answer: null, notice: language.t(`admin.whatIf.unsolved.${result.reason}`) };
    }
  };
}
