import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { AccessRequestStore } from '../../tenants/access-request-store.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { requestedLanguage } from '../links.ts';
import { toAuditActor } from '../middleware/audit-refusals.ts';
import { parseForm } from '../rendering/form-parsing.ts';
import { toUtcDay } from '../rendering/timestamps.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { AdminPage } from './admin-page.ts';
import { contractSchema, validateContract } from './contract-form.ts';
import { resolutionSchema, validateResolution } from './resolution-form.ts';

/** Resolves an access request of the administrator's tenant, then redirects to it. */
export function createResolveAccessRequest(deps: {
  administratorGuard: AdministratorGuard;
  accessRequests: AccessRequestStore;
  audit: AuditLog;
  adminPage: AdminPage;
}): RequestHandler {
  const { administratorGuard, accessRequests, audit, adminPage } = deps;

  return async function resolveAccessRequest(request, response) {
    const administrator = await administratorGuard.requireForForm(request, response, '/admin');
    if (administrator === null) return;
    const { session, tenant } = administrator;
    const form = parseForm(resolutionSchema, request.body);
    const { id, state, comment } = form;
    response.set('Cache-Control', 'no-store');
    const validationError = validateResolution(form);
    if (validationError !== null) {
      const page = await adminPage(request, administrator, {
        form: 'resolution',
        id,
        comment,
        validationError,
      });
      response.status(400).send(page);
      return;
    }
    const resolved = await accessRequests.resolve(tenant.tenantId, id, {
      state,
      comment,
      resolvedBy: session,
    });
    if (!resolved) throw new AppError('access-request-resolved');
    await audit.write(toAuditActor(request, session), {
      event: 'access-request-resolved',
      accessRequest: id,
      state,
    });
    response.redirect(
      303,
      `/admin?${new URLSearchParams({ lang: requestedLanguage(request), resolved: id })}#request-${id}`,
    );
  };
}

/** Saves the contract of the administrator's tenant; an empty start date deletes it. */
export function createSaveContract(deps: {
  administratorGuard: AdministratorGuard;
  tenants: TenantStore;
  audit: AuditLog;
  adminPage: AdminPage;
  now: () => number;
}): RequestHandler {
  const { administratorGuard, tenants, audit, adminPage, now } = deps;

  return async function saveContract(request, response) {
    const administrator = await administratorGuard.requireForForm(request, response, '/admin');
    if (administrator === null) return;
    const form = parseForm(contractSchema, request.body);
    const { start, period } = form;
    response.set('Cache-Control', 'no-store');
    const validationError = validateContract(form, toUtcDay(now()));
    if (validationError !== null) {
      const page = await adminPage(request, administrator, {
        form: 'contract',
        start,
        period,
        validationError,
      });
      response.status(400).send(page);
      return;
    }
    await tenants.saveContract(administrator.tenant.tenantId, start === '' ? null : { start, period });
    await audit.write(toAuditActor(request, administrator.session), { event: 'contract-saved' });
    response.redirect(303, `/admin?lang=${requestedLanguage(request)}#contract`);
  };
}
