import type { RequestHandler } from 'express';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { UserDataStore } from '../../tenants/user-data.ts';
import { requestedLanguage } from '../links.ts';
import { toAuditActor } from '../middleware/audit-refusals.ts';
import { parseForm } from '../rendering/form-parsing.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { AdminPage } from './admin-page.ts';
import { parseAssociateId, userDataSchema, validateUserData } from './user-data-form.ts';

/** Downloads all data about one user of the administrator's tenant as a JSON file, or erases them once confirmed. */
export function createUserDataAction(deps: {
  administratorGuard: AdministratorGuard;
  userData: UserDataStore;
  audit: AuditLog;
  adminPage: AdminPage;
}): RequestHandler {
  const { administratorGuard, userData, audit, adminPage } = deps;

  return async function userDataAction(request, response) {
    const administrator = await administratorGuard.requireForForm(request, response, '/admin');
    if (administrator === null) return;
    const form = parseForm(userDataSchema, request.body);
    const associateId = parseAssociateId(form.associateId);
    const validationError = validateUserData(form);
    response.set('Cache-Control', 'private, no-store');
    if (validationError !== null || associateId === null) {
      const refused = {
        form: 'user-data',
        associateId: form.associateId,
        validationError: validationError ?? 'user-number-invalid',
      } as const;
      response.status(400).send(await adminPage(request, administrator, refused));
      return;
    }
    const { tenantId } = administrator.tenant;
    const user = { tenantId, associateId };
    const actor = toAuditActor(request, administrator.session);
    if (form.intent === 'erase') {
      await userData.erase(user);
      await audit.write(actor, { event: 'user-erased', user: associateId });
      const query = new URLSearchParams({
        lang: requestedLanguage(request),
        erased: String(associateId),
      });
      return response.redirect(303, `/admin?${query}#user-data`);
    }
    await audit.write(actor, { event: 'user-exported', user: associateId });
    response
      .attachment(`planlens-${tenantId}-user-${associateId}.json`)
      .send(JSON.stringify(await userData.export(user), null, 2));
  };
}
