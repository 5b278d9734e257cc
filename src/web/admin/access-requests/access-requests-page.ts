import type { Request, RequestHandler } from 'express';
import { AppError } from '../../../errors.ts';
import { purchasesService } from '../../../licensing/advice/drops-service.ts';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { CrmAddresses } from '../../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore } from '../../../tenants/access-request-store.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import { administrationHelp, readAdministrationAddresses } from '../../crm-links.ts';
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { openAccessRequests, resolvedAccessRequests } from './access-request-rows.ts';
import { type InvalidResolution, resolutionSchema, validateResolution } from './resolution-form.ts';

const path = '/admin/access-requests';
const maxResolved = 50;

/** Makes the handlers that list the access requests of the administrator's tenant, and resolve one of them. */
export function createAccessRequestsPage(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminFrame: MakeAdminFrame;
  accessRequests: AccessRequestStore;
  licenses: LicenseSnapshots;
  crmAddresses: CrmAddresses;
  entitlementEngine: EntitlementEngine;
  audit: AuditLog;
  views: Views;
  now: () => number;
}): { readonly show: RequestHandler; readonly resolve: RequestHandler } {
  const { administratorGuard, drafts, adminFrame, accessRequests, licenses, audit, views } = deps;

  async function render(
    request: Request,
    administrator: Administrator,
    refused: InvalidResolution | null,
  ): Promise<string> {
    const { tenant } = administrator;
    const [{ frame, language }, requests, tenantLicenses, addresses] = await Promise.all([
      adminFrame(request, administrator, 'accessRequests'),
      accessRequests.listByTenant(tenant.tenantId, maxResolved),
      licenses.getTenantLicenses(tenant),
      readAdministrationAddresses(deps.crmAddresses, tenant),
    ]);
    const isOpen = requests.some(({ id, state }) => id === refused?.id && state === 'open');
    if (refused !== null && !isOpen) throw new AppError('access-request-resolved');
    const plans = deps.entitlementEngine(tenantLicenses?.content ?? null, toUtcDay(deps.now()));
    const mayDropService = tenantLicenses === null || purchasesService(plans.planSeats());
    const resolved = resolvedAccessRequests(requests, language);
    return views('admin-access-requests', language, {
      ...frame,
      open: openAccessRequests(requests, { refused, mayDropService }, language),
      resolved,
      saved: resolved.find(({ id }) => id === request.query.resolved)?.outcome ?? '',
      inSuperOffice: administrationHelp(
        plans.report(null).model === 'suite' ? ['change-suite'] : ['buy-licenses', 'assign-plan'],
        addresses,
        language,
      ),
    });
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const draft = resolutionSchema.safeParse(drafts.take(request, response, administrator.session, path));
      const refused = draft.success ? ({ ...draft.data, validationError: 'not-sent' } as const) : null;
      response.send(await render(request, administrator, refused));
    },

    async resolve(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const { session, tenant } = administrator;
      const form = parseForm(resolutionSchema, request.body);
      const { id, state, comment } = form;
      const validationError = validateResolution(form);
      if (validationError !== null) {
        const refused = { id, comment, validationError } as const;
        response.status(400).send(await render(request, administrator, refused));
        return;
      }
      const isResolved = await accessRequests.resolve(tenant.tenantId, id, {
        state,
        comment,
        resolvedBy: session,
      });
      if (!isResolved) throw new AppError('access-request-resolved');
      await audit.write(toAuditActor(request, session), {
        event: 'access-request-resolved',
        accessRequest: id,
        state,
      });
      const query = new URLSearchParams({ lang: requestedLanguage(request), resolved: id });
      response.redirect(303, `${path}?${query}#request-${id}`);
    },
  };
}
