import type { WebApi } from '../superoffice/web-api.ts';
import type { Tenant, TenantStore } from '../tenants/tenant-store.ts';
import type { WebhookStore } from '../tenants/webhook-store.ts';
import { provisionPanels, type WantedPanel } from './provision-panels.ts';
import { provisionWebhook } from './provision-webhook.ts';

/** Makes what we set up in a tenant as it should be, one at a time per tenant, and keeps what became of it. */
export type Provision = (tenant: Tenant) => Promise<void>;

/** Panels first: they are what users see, the webhook only brings changes sooner. */
export function createProvision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  webhooks: WebhookStore;
  wantedPanels: readonly WantedPanel[];
  publicUrl: string;
}): Provision {
  const { webApi, tenants, wantedPanels } = deps;

  return async (tenant) => {
    const caller = webApi.asSystemUser(tenant);
    await tenants.exclusively(tenant.ctx, async () => {
      await tenants.savePanels(tenant.ctx, await provisionPanels(caller, wantedPanels));
      await provisionWebhook(caller, tenant.ctx, deps);
    });
  };
}
