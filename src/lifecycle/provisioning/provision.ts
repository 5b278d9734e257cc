import type { WithLock } from '../../coordination/keyed-mutex.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import type { DesiredState } from './desired-state.ts';
import { planPanels, provisionPanels } from './provision-panels.ts';
import { provisionWebhook } from './provision-webhook.ts';

/** Makes what we set up in a tenant as it should be, one at a time per tenant, and keeps what became of it. */
export interface Provision {
  /** Panels and webhook. */
  provisionAll(tenant: Tenant): Promise<void>;
  /** What may have stopped by itself, unless the tenant is set up as another version of the app wanted it: then everything. */
  provisionIfNeeded(tenant: Tenant): Promise<void>;
}

/** Panels first: they are what users see, the webhook only brings changes sooner. */
export function createProvision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  webhooks: WebhookStore;
  locks: WithLock;
  desired: DesiredState;
}): Provision {
  const { webApi, tenants, webhooks, locks, desired } = deps;

  /** Whoever waited may find that the app was removed meanwhile: then nothing is set up any more. */
  function exclusively(tenantId: string, work: (tenant: Tenant) => Promise<void>): Promise<void> {
    return locks(`tenant ${tenantId}`, async () => {
      const tenant = await tenants.find(tenantId);
      if (tenant !== null) await work(tenant);
    });
  }

  const ensureWebhook = (tenant: Tenant) =>
    provisionWebhook(webApi.asSystemUser(tenant), tenant.tenantId, { webhooks, desired: desired.webhook });

  async function ensureAll(tenant: Tenant): Promise<void> {
    const { tenantId } = tenant;
    const steps = planPanels(desired.panels, tenant.panels);
    const panels = await provisionPanels(webApi.asSystemUser(tenant), steps, (sofar) =>
      tenants.savePanels(tenantId, sofar),
    );
    const webhook = await ensureWebhook(tenant);
    const outcomes = [...panels.map(({ outcome }) => outcome), webhook];
    await tenants.saveProvisioned(tenantId, outcomes.includes('failed') ? null : desired.fingerprint);
  }

  return {
    provisionAll: ({ tenantId }) => exclusively(tenantId, ensureAll),
    provisionIfNeeded: ({ tenantId }) =>
      exclusively(tenantId, async (tenant) => {
        if (tenant.provisionedFingerprint === desired.fingerprint) await ensureWebhook(tenant);
        else await ensureAll(tenant);
      }),
  };
}
