import type { Request, RequestHandler } from 'express';
import type { UserStore } from '../../../snapshots/user-store.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { UserDataStore } from '../../../tenants/user-data.ts';
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import {
  type InvalidUserData,
  parseAssociateId,
  userDataSchema,
  validateUserData,
} from './user-data-form.ts';

const path = '/admin/user-data';
/** Users to choose from by name; any other user is chosen by number. */
const maxUsers = 500;

/** Makes the handlers that download all data about one user as a JSON file, or erase them once confirmed. */
export function createUserDataPage(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminFrame: MakeAdminFrame;
  users: UserStore;
  userData: UserDataStore;
  audit: AuditLog;
  views: Views;
}): { readonly show: RequestHandler; readonly send: RequestHandler } {
  const { administratorGuard, drafts, adminFrame, users, userData, audit, views } = deps;

  async function render(
    request: Request,
    administrator: Administrator,
    refused: InvalidUserData | null,
  ): Promise<string> {
    const [{ frame, language }, listed] = await Promise.all([
      adminFrame(request, administrator, 'userData'),
      users.listByName(administrator.tenant.tenantId, maxUsers),
    ]);
    const { t } = language;
    const erased = parseAssociateId(request.query.erased);
    return views('admin-user-data', language, {
      ...frame,
      users: listed,
      draft: refused?.associateId ?? String(parseAssociateId(request.query.user) ?? ''),
      validationError: refused === null ? '' : t(`admin.validationError.${refused.validationError}`),
      erased: erased === null ? '' : t('admin.userErased', { associateId: erased }),
    });
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const draft = userDataSchema.safeParse(drafts.take(request, response, administrator.session, path));
      const refused = draft.success
        ? ({ associateId: draft.data.associateId, validationError: 'not-sent' } as const)
        : null;
      response.send(await render(request, administrator, refused));
    },

    async send(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const form = parseForm(userDataSchema, request.body);
      const associateId = parseAssociateId(form.associateId);
      const validationError = validateUserData(form);
      if (validationError !== null || associateId === null) {
        const page = await render(request, administrator, {
          associateId: form.associateId,
          validationError: validationError ?? 'user-number-invalid',
        });
        response.status(400).send(page);
        return;
      }
      const { tenantId } = administrator.tenant;
      const user = { tenantId, associateId };
      const actor = toAuditActor(request, administrator.session);
      if (form.intent === 'erase') {
        await userData.erase(user, actor);
        const query = new URLSearchParams({
          lang: requestedLanguage(request),
          erased: String(associateId),
        });
        return response.redirect(303, `${path}?${query}`);
      }
      await audit.write(actor, { event: 'user-exported', user: associateId });
      response
        .attachment(`planlens-${tenantId}-user-${associateId}.json`)
        .send(JSON.stringify(await userData.export(user), null, 2));
    },
  };
}
