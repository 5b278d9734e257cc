import type { Request, RequestHandler } from 'express';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { TenantStore } from '../../../tenants/tenant-store.ts';
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { contractSchema, type InvalidContract, validateContract } from './contract-form.ts';
import { contractView } from './contract-view.ts';

const path = '/admin/contract';

/** Makes the handlers of the contract's page and form. An empty start date deletes the contract. */
export function createContractPage(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminFrame: MakeAdminFrame;
  licenses: LicenseSnapshots;
  entitlementEngine: EntitlementEngine;
  tenants: TenantStore;
  audit: AuditLog;
  views: Views;
  now: () => number;
}): { readonly show: RequestHandler; readonly save: RequestHandler } {
  const { administratorGuard, drafts, adminFrame, licenses, entitlementEngine, tenants, audit, views, now } =
    deps;

  async function render(
    request: Request,
    administrator: Administrator,
    refused: InvalidContract | null,
  ): Promise<string> {
    const { tenant } = administrator;
    const [{ frame, language }, tenantLicenses] = await Promise.all([
      adminFrame(request, administrator, 'contract'),
      licenses.getTenantLicenses(tenant),
    ]);
    const today = toUtcDay(now());
    const plans = entitlementEngine(tenantLicenses?.content ?? null, today);
    const contract = contractView({ contract: tenant.contract, refused, plans, today, language });
    return views('admin-contract', language, { ...frame, contract });
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const draft = contractSchema.safeParse(drafts.take(request, response, administrator.session, path));
      const refused = draft.success ? ({ ...draft.data, validationError: 'not-sent' } as const) : null;
      response.send(await render(request, administrator, refused));
    },

    async save(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const form = parseForm(contractSchema, request.body);
      const { start, period } = form;
      const validationError = validateContract(form, toUtcDay(now()));
      if (validationError !== null) {
        const page = await render(request, administrator, {
          start,
          period,
          validationError,
        });
        response.status(400).send(page);
        return;
      }
      await tenants.saveContract(administrator.tenant.tenantId, start === '' ? null : { start, period });
      await audit.write(toAuditActor(request, administrator.session), { event: 'contract-saved' });
      response.redirect(303, `${path}?lang=${requestedLanguage(request)}`);
    },
  };
}
