import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { CrmAddresses } from '../../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore } from '../../../tenants/access-request-store.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { PlanPriceStore } from '../../../tenants/plan-price-store.ts';
import type { TenantStore } from '../../../tenants/tenant-store.ts';
import { administrationHelp, readAdministrationAddresses } from '../../crm-links.ts';
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
import { type MessageForm, messageSchema } from './message-form.ts';
import { messageView } from './message-view.ts';
import { type InvalidPrices, priceRows, pricesSchema, readPrices, refuseStalePrices } from './price-form.ts';
import { pricesView } from './price-view.ts';
import { requestedSeats } from './wanted-seats.ts';

const path = '/admin/contract';

/** A form of the page that changed nothing, as it was sent. */
interface Sent {
  readonly contract?: InvalidContract;
  readonly prices?: InvalidPrices;
  readonly message?: { readonly form: MessageForm; readonly isDraft: boolean };
}

/** What users asked for, as far as a message lists it. */
const listedRequests = { limit: 30, offset: 0, perSubject: 10 };

/**
 * Makes the handlers of the page about the contract, and of its forms: the contract, which an empty start date deletes; the
 * prices, which empty amounts delete; and the message to SuperOffice, which is written and not kept.
 */
export function createContractPage(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminFrame: MakeAdminFrame;
  licenses: LicenseSnapshots;
  entitlementEngine: EntitlementEngine;
  tenants: TenantStore;
  planPrices: PlanPriceStore;
  accessRequests: AccessRequestStore;
  crmAddresses: CrmAddresses;
  audit: AuditLog;
  views: Views;
  now: () => number;
}): { readonly show: RequestHandler; readonly save: RequestHandler } {
  const { administratorGuard, drafts, adminFrame, licenses, entitlementEngine, tenants, audit, views, now } =
    deps;

  async function render(request: Request, administrator: Administrator, sent: Sent) {
    const { tenant, session } = administrator;
    const [{ frame, language }, tenantLicenses, prices, requested, addresses] = await Promise.all([
      adminFrame(request, administrator, 'contract'),
      licenses.getTenantLicenses(tenant),
      deps.planPrices.find(tenant.tenantId),
      sent.message?.form.requests === 'yes'
        ? deps.accessRequests.listOpen(tenant.tenantId, listedRequests, '')
        : [],
      readAdministrationAddresses(deps.crmAddresses, tenant),
    ]);
    const today = toUtcDay(now());
    const plans = entitlementEngine(tenantLicenses?.content ?? null, today);
    const input = { contract: tenant.contract, prices, plans, today, language };
    const message = messageView({
      ...input,
      tenant,
      administrator: session.name,
      requested,
      form: sent.message?.form ?? null,
      isDraft: sent.message?.isDraft ?? false,
      linked: requestedSeats(request.query, plans),
      lang: frame.lang,
    });
    const isSuite = plans.report(null).model === 'suite';
    const html = views('admin-contract', language, {
      ...frame,
      contract: contractView({ ...input, refused: sent.contract ?? null }),
      prices: pricesView({ ...input, refused: sent.prices ?? null }),
      message,
      saved: sections.find((section) => section === request.query.saved) ?? '',
      inSuperOffice: administrationHelp([isSuite ? 'change-suite' : 'buy-licenses'], addresses, language),
    });
    return { html, isMessageWritten: message.message !== null };
  }

  async function saveContract(request: Request, { tenant, session }: Administrator): Promise<Sent | null> {
    const form = parseForm(contractSchema, request.body);
    const { start, period } = form;
    const validationError = validateContract(form, toUtcDay(now()));
    if (validationError !== null) return { contract: { start, period, validationError } };
    await tenants.saveContract(tenant.tenantId, start === '' ? null : { start, period });
    await audit.write(toAuditActor(request, session), { event: 'contract-saved' });
    return null;
  }

  async function savePrices(request: Request, administrator: Administrator): Promise<Sent | null> {
    const { language } = await adminFrame(request, administrator, 'contract');
    const { tenantId } = administrator.tenant;
    const form = parseForm(pricesSchema, request.body);
    const read = readPrices(form, language);
    if ('refused' in read) return { prices: read.refused };
    const stale = refuseStalePrices(form, read.prices, await deps.planPrices.find(tenantId));
    if (stale !== null) return { prices: stale };
    await deps.planPrices.save(tenantId, read.prices);
    await audit.write(toAuditActor(request, administrator.session), { event: 'prices-saved' });
    return null;
  }

  async function parseMessage(request: Request): Promise<Sent> {
    return { message: { form: parseForm(messageSchema, request.body), isDraft: false } };
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const draft = toSent(drafts.take(request, response, administrator.session, path));
      const { html } = await render(request, administrator, draft);
      response.send(html);
    },

    async save(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const handlers = { prices: savePrices, message: parseMessage, contract: saveContract };
      const { form } = formSchema.parse(request.body);
      const sent = await handlers[form](request, administrator);
      if (sent === null) {
        const saved = form === 'prices' ? 'prices' : 'contract';
        return response.redirect(303, `${path}?lang=${requestedLanguage(request)}&saved=${saved}#${saved}`);
      }
      const { html, isMessageWritten } = await render(request, administrator, sent);
      response.status(isMessageWritten ? 200 : 400).send(html);
    },
  };
}

/** The sections of the page that are saved. */
const sections = ['contract', 'prices'] as const;

/** Which form of the page was sent; that of the contract does not say. */
const formSchema = z.object({ form: z.enum(['prices', 'message', 'contract']).catch('contract') });

/** The form that was sent when its administrator had to sign in again. */
function toSent(draft: unknown): Sent {
  const validationError = 'not-sent';
  const prices = pricesSchema.safeParse(draft);
  if (prices.success) {
    const { currency } = prices.data;
    return { prices: { currency, rows: priceRows(prices.data), validationError } };
  }
  const message = messageSchema.safeParse(draft);
  if (message.success) return { message: { form: message.data, isDraft: true } };
  const contract = contractSchema.safeParse(draft);
  return contract.success ? { contract: { ...contract.data, validationError } } : {};
}
