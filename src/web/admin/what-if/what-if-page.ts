import type { Request, RequestHandler } from 'express';
import { AppError } from '../../../errors.ts';
import type { Move } from '../../../licensing/assignment/assign-plans.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import { viewQuery } from '../../administrator-pages.ts';
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import type { SpreadsheetFormat } from '../../rendering/spreadsheet.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { createDownloads } from '../downloads.ts';
import { parseAssociateId } from '../user-data/user-data-form.ts';
import { type AnswerContext, type AnswerView, assignmentView, fewestSeatsView } from './answer-view.ts';
import { messageAddress } from './message-link.ts';
import { type MovedPerson, moveSheetColumns } from './move-sheet.ts';
import { countCanLogIn } from './people.ts';
import { type InvalidPin, type PinValidationError, pinSchema, validatePin } from './pin-form.ts';
import { pinsView } from './pins-view.ts';
import { type Answer, type AnswerDeps, type AnswerRequest, createAnswerRequest } from './question.ts';
import { suiteMoveView } from './suite-move-view.ts';
import { withTypedSeats } from './what-if-query.ts';
import { seatFormView } from './what-if-view.ts';

const path = '/admin/what-if';

const spreadsheetFormats: readonly SpreadsheetFormat[] = ['csv', 'xlsx'];

/** What the page, its form and its files use. */
interface WhatIfDeps extends AnswerDeps {
  readonly administratorGuard: AdministratorGuard;
  readonly drafts: FormDrafts;
  readonly adminFrame: MakeAdminFrame;
  readonly audit: AuditLog;
  readonly views: Views;
}

/**
 * Makes the handlers that answer what would happen with other seats or on CRM Suite, and that set and remove the pins of
 * users. Nothing is changed in SuperOffice.
 */
export function createWhatIfPage(deps: WhatIfDeps): {
  readonly show: RequestHandler;
  readonly pin: RequestHandler;
  readonly download: (format: SpreadsheetFormat) => RequestHandler;
} {
  const { administratorGuard, drafts, userPins, audit } = deps;
  const answerRequest = createAnswerRequest(deps);
  const render = createRender(deps, answerRequest);

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const kept = drafts.take(request, response, administrator.session, path);
      const draft = pinSchema.safeParse(kept);
      const refused =
        draft.data?.intent === 'pin' ? ({ ...draft.data, validationError: 'not-sent' } as const) : null;
      const asked = withTypedSeats(request.query, kept ?? {});
      response.send(await render(request, administrator, asked, refused));
    },

    async pin(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const { session } = administrator;
      const form = parseForm(pinSchema, request.body);
      const asked = withTypedSeats(request.query, request.body);
      const validationError = await change(administrator, form);
      if (validationError !== null && form.intent === 'pin') {
        response.status(400).send(await render(request, administrator, asked, { ...form, validationError }));
        return;
      }
      const user = parseAssociateId(form.associateId);
      if (validationError === null && user !== null)
        await audit.write(toAuditActor(request, session), {
          event: form.intent === 'pin' ? 'user-pinned' : 'user-unpinned',
          user,
        });
      const { user: _user, ...shown } = asked;
      const query = new URLSearchParams(`lang=${requestedLanguage(request)}&${viewQuery(shown)}`);
      response.redirect(303, `${path}?${query}#pins`);
    },

    download: createDownloads(deps, {
      path,
      page: 'whatIf',
      name: 'what-if',
      event: 'moves-downloaded',
      async makeSheet(request, administrator, language) {
        const { facts, answer } = await answerRequest(request.query, administrator, language);
        if (answer.kind === 'unsolved') throw new AppError('too-many-requests');
        return { columns: moveSheetColumns(facts.nameOf, language), rows: listMoved(movesOf(answer)) };
      },
    }),
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

function createRender({ adminFrame, views }: WhatIfDeps, answerRequest: AnswerRequest) {
  return async function render(
    request: Request,
    administrator: Administrator,
    asked: Readonly<Record<string, unknown>>,
    refused: InvalidPin | null,
  ): Promise<string> {
    const { frame, language } = await adminFrame(request, administrator, 'whatIf');
    const answered = await answerRequest(asked, administrator, language);
    const { facts, pins, isSuite, query, answer } = answered;
    const { nameOf, users, people, planned, prices } = facts;
    const user = parseAssociateId(String(asked.user));
    const chosen = people.find(({ associateId }) => associateId === user);
    const carried = viewQuery(asked);
    return views('admin-what-if', language, {
      ...frame,
      query: carried,
      seatForm: isSuite ? null : seatFormView(facts, language),
      answer: answerView(answer, { planned, prices, nameOf, language }),
      downloads: downloadsOf(answer, frame.lang, carried),
      messageUrl: messageAddress(answer, planned, frame.lang),
      notice: answer.kind === 'unsolved' ? language.t(`admin.whatIf.unsolved.${answer.reason}`) : '',
      pins: isSuite ? null : pinsView({ pins, refused, chosen, users, nameOf, language }),
      suite: suiteMoveView({ ...facts, canLogIn: countCanLogIn(users), chosen: query.suite, language }),
    });
  };
}

function answerView(answer: Answer, context: AnswerContext): AnswerView | null {
  switch (answer.kind) {
    case 'assign':
      return assignmentView(answer.found, context);
    case 'fewest':
    case 'cheapest':
      return fewestSeatsView(answer.found, answer.kind, context);
    default:
      return null;
  }
}

/** Links to the people who change plan, as files; none if nobody does. */
function downloadsOf(answer: Answer, lang: string, query: string): readonly { text: string; href: string }[] {
  if (movesOf(answer).length === 0) return [];
  return spreadsheetFormats.map((format) => ({
    text: format.toUpperCase(),
    href: `${path}.${format}?lang=${lang}&${query}`,
  }));
}

function movesOf(answer: Answer): readonly Move[] {
  return 'found' in answer ? answer.found.moves : [];
}

async function* listMoved(moves: readonly Move[]): AsyncGenerator<MovedPerson> {
  for (const move of moves) for (const associateId of move.associateIds) yield { associateId, move };
}
