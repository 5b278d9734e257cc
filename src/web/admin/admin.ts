import type { RequestHandler } from 'express';
import type { FormDraft, FormDrafts } from '../sign-in/form-draft.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { AdminPage } from './admin-page.ts';
import type { InvalidForm } from './admin-view.ts';
import { contractSchema } from './contract-form.ts';
import { resolutionSchema } from './resolution-form.ts';

/** Serves the administration page. */
export function createAdmin(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminPage: AdminPage;
}): RequestHandler {
  return async function admin(request, response) {
    const administrator = await deps.administratorGuard.signInOrRequire(request, response, '/admin');
    if (administrator === null) return;
    const draft = deps.drafts.take(request, response, administrator.session);
    const page = await deps.adminPage(request, administrator, draft && toUnsentForm(draft));
    response.set('Cache-Control', 'private, no-store').send(page);
  };
}

/** A form that was not processed, because its administrator had to sign in again; null if it is malformed. */
function toUnsentForm({ action, fields }: FormDraft): InvalidForm | null {
  const validationError = 'not-sent';
  if (action === '/admin/contract') {
    const { data } = contractSchema.safeParse(fields);
    return data === undefined ? null : { form: 'contract', ...data, validationError };
  }
  const { data } = resolutionSchema.safeParse(fields);
  return data === undefined
    ? null
    : { form: 'resolution', id: data.id, comment: data.comment, validationError };
}
