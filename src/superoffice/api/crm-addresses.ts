import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { atMost } from '../../cache-size.ts';
import type { SystemUserTenant } from '../auth/tickets.ts';
import type { ToAllowedUrl } from '../transport/endpoints.ts';
import { readBody } from '../transport/schemas.ts';
import { isCallRefused } from '../transport/superoffice-error.ts';
import { superOfficeOwner } from './license-schemas.ts';
import type { TenantStateCache } from './tenant-state.ts';
import type { ApiCall, WebApi } from './web-api.ts';

/**
 * The forms of addresses in the CRM: `{crm}` stands for the tenant's CRM, `{target}` for a SoProtocol target. The form for a
 * screen is documented; that the CRM starts at its own address is assumed. For a screen of Settings and maintenance no form
 * is documented, so its start page takes its place (docs/superoffice/changes-2026.md#6-admin-screen-addresses).
 */
export interface CrmAddressForms {
  readonly start: string;
  readonly screen: string;
  readonly administration: string;
}

/** The forms that SuperOffice documents, and the assumed one of the start. */
export const documentedAddressForms: CrmAddressForms = {
  start: '{crm}/',
  screen: '{crm}/default.aspx?{target}',
  administration: '{crm}/admin/default.aspx?',
};

/** The addresses of screens in the CRM of a tenant. */
export interface CrmAddresses {
  /** The address at which users open the CRM. Sends no request. */
  start(tenantId: string): string;
  /** The address of a screen, with `{target}` for its SoProtocol target. Sends no request. */
  screenPattern(tenantId: string): string;
  /** The address of a screen of Settings and maintenance as SuperOffice reports it, or else the form for it. Never rejects. */
  administration(tenant: SystemUserTenant, target: string): Promise<string>;
  /** Where SuperOffice sells licenses to this tenant; null if it reports no address on an allowed host. Never rejects. */
  shop(tenant: SystemUserTenant): Promise<string | null>;
}

const maxAddresses = 10_000;
const ttlMs = 10 * 60_000;
/** How long no address is kept if SuperOffice did not respond, ms. */
const failureTtlMs = 30_000;
/** How long a page waits for an address, ms; the call goes on. */
export const patienceMs = 1_500;
/** Stands for an address that SuperOffice does not report: caches keep no null. */
const none = '';

/**
 * Finds the addresses of screens. Those for administrators are asked of SuperOffice; each call is optional, because it is
 * unknown which of them a partner app may use (docs/superoffice/changes-2026.md#15-open-questions).
 */
export function createCrmAddresses(deps: {
  readonly webApi: Pick<WebApi, 'asSystemUser'>;
  readonly states: Pick<TenantStateCache, 'peek'>;
  readonly toAllowedUrl: ToAllowedUrl;
  /** Where the CRM of a tenant is by the documentation, until its state was read. */
  readonly loginUrl: string;
  readonly forms: CrmAddressForms;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): CrmAddresses {
  const { webApi, states, toAllowedUrl, loginUrl, forms, now } = deps;
  const cache = new LRUCache<string, string, { tenant: SystemUserTenant; call: ApiCall }>({
    ...atMost(maxAddresses),
    ttl: ttlMs,
    ttlResolution: 0,
    perf: { now },
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _stale, { context: { tenant, call }, options }) => {
      try {
        const body = await webApi.asSystemUser(tenant).call(call);
        return toAllowedUrl(readBody(call.operation, addressSchema, body))?.href ?? none;
      } catch (error) {
        if (!isCallRefused(error)) options.ttl = failureTtlMs;
        return none;
      }
    },
  });

  function ask(tenant: SystemUserTenant, call: ApiCall): Promise<string> {
    const key = `${tenant.tenantId} ${JSON.stringify(call.json)}`;
    const asked = cache.forceFetch(key, { context: { tenant, call } });
    return Promise.race([asked, sleep(patienceMs, none, { ref: false })]);
  }

  const fillIn = (form: string, tenantId: string) =>
    form.replace('{crm}', states.peek(tenantId)?.endpoint || `${loginUrl}/${tenantId}`);

  return {
    start: (tenantId) => fillIn(forms.start, tenantId),
    screenPattern: (tenantId) => fillIn(forms.screen, tenantId),
    async administration(tenant, target) {
      const reported = await ask(tenant, crmUrlCall(target));
      return reported || fillIn(forms.administration, tenant.tenantId).replace('{target}', target);
    },
    shop: async (tenant) => (await ask(tenant, shopUrlCall)) || null,
  };
}

const addressSchema = z
  .string()
  .nullable()
  .transform((text) => text ?? none);

/** Asks for the address of the shop (docs/superoffice/changes-2026.md#8-shop-toggles-usage-and-news-feed). */
export const shopUrlCall: ApiCall = {
  operation: 'shop address',
  method: 'POST',
  path: 'Agents/License/GetShopUrl',
  json: { OwnerName: superOfficeOwner },
  mayBeNull: true,
};

/** Asks for the address of a screen by its SoProtocol target (docs/superoffice/changes-2026.md#6-admin-screen-addresses). */
export function crmUrlCall(target: string): ApiCall {
  return {
    operation: 'screen address',
    method: 'POST',
    path: 'Agents/Configuration/GetCRMUrl',
    json: { SoProtocol: target, Currents: '', Frameless: false },
    mayBeNull: true,
  };
}
