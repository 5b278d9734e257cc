import type { Request, RequestHandler } from 'express';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { SavedAnswerStore } from '../../../tenants/saved-answer-store.ts';
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import {
  type SavedAnswerForm,
  type SavedAnswerValidationError,
  savedAnswerSchema,
  toStoreError,
  validateSavedAnswer,
} from './saved-answer-form.ts';
import { type InvalidSavedAnswer, savedAnswersView } from './saved-answers-view.ts';

const path = '/admin/saved-answers';

/** Makes the handlers that list the saved answers of the administrator's tenant, and save, rename or delete one. */
export function createSavedAnswersPage(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminFrame: MakeAdminFrame;
  savedAnswers: SavedAnswerStore;
  audit: AuditLog;
  views: Views;
}): { readonly show: RequestHandler; readonly send: RequestHandler } {
  const { administratorGuard, drafts, adminFrame, savedAnswers, audit, views } = deps;

  async function render(
    request: Request,
    administrator: Administrator,
    refused: InvalidSavedAnswer | null,
  ): Promise<string> {
    const [{ frame, language }, saved] = await Promise.all([
      adminFrame(request, administrator, 'accessRequests'),
      savedAnswers.list(administrator.tenant.tenantId),
    ]);
    const title = language.t('admin.savedAnswers.title');
    const view = savedAnswersView(saved, refused, language);
    return views('admin-saved-answers', language, { ...frame, title, ...view });
  }

  async function save(
    tenantId: string,
    { replaced, name, text }: SavedAnswerForm,
  ): Promise<SavedAnswerValidationError | null> {
    const answer = { name, text };
    const error = validateSavedAnswer(answer);
    if (error !== null) return error;
    return toStoreError(await savedAnswers.save(tenantId, answer, replaced === '' ? null : replaced));
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const draft = savedAnswerSchema.safeParse(drafts.take(request, response, administrator.session, path));
      const refused = draft.success ? ({ ...draft.data, validationError: 'not-sent' } as const) : null;
      response.send(await render(request, administrator, refused));
    },

    async send(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const { session, tenant } = administrator;
      const form = parseForm(savedAnswerSchema, request.body);
      if (form.intent === 'delete') {
        await savedAnswers.remove(tenant.tenantId, form.replaced);
        await audit.write(toAuditActor(request, session), { event: 'answer-deleted' });
      } else {
        const validationError = await save(tenant.tenantId, form);
        if (validationError !== null) {
          response.status(400).send(await render(request, administrator, { ...form, validationError }));
          return;
        }
        await audit.write(toAuditActor(request, session), { event: 'answer-saved' });
      }
      response.redirect(303, `${path}?lang=${requestedLanguage(request)}`);
    },
  };
}
