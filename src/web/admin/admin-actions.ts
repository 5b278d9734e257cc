import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { WishStore } from '../../tenants/access-request-store.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { languageAskedBy } from '../links.ts';
import { formOf } from '../rendering/form-parsing.ts';
import { dayOf } from '../rendering/timestamps.ts';
import type { Administrators } from '../sign-in/require-administrator.ts';
import type { AdminPage } from './admin-page.ts';
import { contractMistake, contractSchema } from './contract-form.ts';
import { answerMistake, answerSchema } from './resolution-form.ts';

/** Takes an administrator's answer to a wish of their own tenant. */
export function createAnswerWish(deps: {
  administrators: Administrators;
  wishes: WishStore;
  audit: AuditLog;
  adminPage: AdminPage;
}): RequestHandler {
  const { administrators, wishes, audit, adminPage } = deps;

  return async function answerWish(request, response) {
    const administrator = await administrators.require(request);
    const { session, tenant } = administrator;
    const sent = formOf(answerSchema, request.body);
    const { id, state, answer } = sent;
    response.set('Cache-Control', 'no-store');
    const mistake = answerMistake(sent);
    if (mistake !== null) {
      const page = await adminPage(request, administrator, { form: 'answer', id, answer, mistake });
      response.status(400).send(page);
      return;
    }
    const answered = await wishes.answer(tenant.ctx, id, { state, answer, answeredBy: session.name });
    if (!answered) throw new AppError('wish-answered');
    await audit.write(session, { event: 'wish-answered', wish: id, state });
    response.redirect(
      303,
      `/admin?${new URLSearchParams({ lang: languageAskedBy(request), answered: id })}#wish-${id}`,
    );
  };
}

/** Keeps when the contract of the administrator's tenant began and how it is billed; an empty start forgets it. */
export function createSaveContract(deps: {
  administrators: Administrators;
  tenants: TenantStore;
  audit: AuditLog;
  adminPage: AdminPage;
  now: () => number;
}): RequestHandler {
  const { administrators, tenants, audit, adminPage, now } = deps;

  return async function saveContract(request, response) {
    const administrator = await administrators.require(request);
    const sent = formOf(contractSchema, request.body);
    const { start, period } = sent;
    response.set('Cache-Control', 'no-store');
    const mistake = contractMistake(sent, dayOf(now()));
    if (mistake !== null) {
      const page = await adminPage(request, administrator, { form: 'contract', start, period, mistake });
      response.status(400).send(page);
      return;
    }
    await tenants.saveContract(administrator.tenant.ctx, start === '' ? null : { start, period });
    await audit.write(administrator.session, { event: 'contract-saved' });
    response.redirect(303, `/admin?lang=${languageAskedBy(request)}#contract`);
  };
}
