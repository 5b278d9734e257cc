import type { Request, RequestHandler } from 'express';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { PlanPriceStore } from '../../../tenants/plan-price-store.ts';
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
import { type InvalidPrices, priceRows, pricesSchema, readPrices } from './price-form.ts';
import { pricesView } from './price-view.ts';

const path = '/admin/contract';

/** A form of the page that was not saved, as it was sent. */
interface Refused {
  readonly contract?: InvalidContract;
  readonly prices?: InvalidPrices;
}

/**
 * Makes the handlers of the page about the contract, and of its forms: the contract, which an empty start date deletes, and
 * the prices, which empty amounts delete.
 */
export function createContractPage(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminFrame: MakeAdminFrame;
  licenses: LicenseSnapshots;
  entitlementEngine: EntitlementEngine;
  tenants: TenantStore;
  planPrices: PlanPriceStore;
  audit: AuditLog;
  views: Views;
  now: () => number;
}): { readonly show: RequestHandler; readonly save: RequestHandler } {
  const { administratorGuard, drafts, adminFrame, licenses, entitlementEngine, tenants, audit, views, now } =
    deps;

  async function render(request: Request, administrator: Administrator, refused: Refused): Promise<string> {
    const { tenant } = administrator;
    const [{ frame, language }, tenantLicenses, prices] = await Promise.all([
      adminFrame(request, administrator, 'contract'),
      licenses.getTenantLicenses(tenant),
      deps.planPrices.find(tenant.tenantId),
    ]);
    const today = toUtcDay(now());
    const plans = entitlementEngine(tenantLicenses?.content ?? null, today);
    const { contract } = tenant;
    const input = { contract, plans, today, language };
    return views('admin-contract', language, {
      ...frame,
      contract: contractView({ ...input, refused: refused.contract ?? null }),
      prices: pricesView({ ...input, prices, refused: refused.prices ?? null }),
    });
  }

  async function saveContract(request: Request, { tenant, session }: Administrator): Promise<Refused | null> {
    const form = parseForm(contractSchema, request.body);
    const { start, period } = form;
    const validationError = validateContract(form, toUtcDay(now()));
    if (validationError !== null) return { contract: { start, period, validationError } };
    await tenants.saveContract(tenant.tenantId, start === '' ? null : { start, period });
    await audit.write(toAuditActor(request, session), { event: 'contract-saved' });
    return null;
  }

  async function savePrices(request: Request, administrator: Administrator): Promise<Refused | null> {
    const { language } = await adminFrame(request, administrator, 'contract');
    const read = readPrices(parseForm(pricesSchema, request.body), language);
    if ('refused' in read) return { prices: read.refused };
    await deps.planPrices.save(administrator.tenant.tenantId, read.prices);
    await audit.write(toAuditActor(request, administrator.session), { event: 'prices-saved' });
    return null;
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const refused = toRefused(drafts.take(request, response, administrator.session, path));
      response.send(await render(request, administrator, refused));
    },

    async save(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const save = request.body.form === 'prices' ? savePrices : saveContract;
      const refused = await save(request, administrator);
      if (refused !== null) {
        response.status(400).send(await render(request, administrator, refused));
        return;
      }
      response.redirect(303, `${path}?lang=${requestedLanguage(request)}`);
    },
  };
}

/** The form that was sent when its administrator had to sign in again. */
function toRefused(draft: unknown): Refused {
  const validationError = 'not-sent';
  const prices = pricesSchema.safeParse(draft);
  if (prices.success) {
    const { currency } = prices.data;
    return { prices: { currency, rows: priceRows(prices.data), validationError } };
  }
  const contract = contractSchema.safeParse(draft);
  return contract.success ? { contract: { ...contract.data, validationError } } : {};
}
