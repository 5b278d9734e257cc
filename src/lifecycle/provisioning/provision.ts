import type { Lock, WithFencedLock } from '../../coordination/advisory-locks.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import type { DesiredState } from './desired-state.ts';
import { planPanels, provisionPanels } from './provision-panels.ts';
import { provisionWebhook } from './provision-webhook.ts';

/** Brings a tenant to the desired state and saves the outcome; one at a time per tenant. */
export interface Provision {
  /** Panels and webhook. */
  provisionAll(tenant: Tenant): Promise<void>;
  /** Only the webhook, which SuperOffice may have stopped; everything if the desired state changed. */
  provisionIfNeeded(tenant: Tenant): Promise<void>;
}

/** Panels come first, as users see them; the webhook only makes changes visible sooner. */
export function createProvision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  webhooks: WebhookStore;
  locks: WithFencedLock;
  desired: DesiredState;
}): Provision {
  const { webApi, tenants, webhooks, locks, desired } = deps;

  /** Does nothing if the app was removed while waiting for the lock. */
  function withTenantLock(
    tenantId: string,
    work: (tenant: Tenant, lock: Lock) => Promise<void>,
  ): Promise<void> {
    return locks(`tenant ${tenantId}`, async (lock) => {
      const tenant = await tenants.find(tenantId);
      if (tenant !== null) await work(tenant, lock);
    });
  }

  const ensureWebhook = (tenant: Tenant, lock: Lock) =>
    provisionWebhook(webApi.asSystemUser(tenant), tenant.tenantId, {
      webhooks,
      desired: desired.webhook,
      lock,
    });

  async function ensureAll(tenant: Tenant, lock: Lock): Promise<void> {
    const { tenantId } = tenant;
    const steps = planPanels(desired.panels, tenant.panels);
    const panels = await provisionPanels(webApi.asSystemUser(tenant), steps, (progress) =>
      tenants.savePanels(tenantId, progress, lock),
    );
    const webhook = await ensureWebhook(tenant, lock);
    const outcomes = [...panels.map(({ outcome }) => outcome), webhook];
    await tenants.saveProvisioned(tenantId, outcomes.includes('failed') ? null : desired.fingerprint, lock);
  }

  return {
    provisionAll: ({ tenantId }) => withTenantLock(tenantId, ensureAll),
    provisionIfNeeded: ({ tenantId }) =>
      withTenantLock(tenantId, async (tenant, lock) => {
        if (tenant.provisionedFingerprint === desired.fingerprint) await ensureWebhook(tenant, lock);
        else await ensureAll(tenant, lock);
      }),
  };
}
