import type { InTurn } from '../../coordination/keyed-mutex.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import type { Tenant, TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import type { WantedSetup } from './desired-state.ts';
import { planPanels, provisionPanels } from './provision-panels.ts';
import { provisionWebhook } from './provision-webhook.ts';

/** Makes what we set up in a tenant as it should be, one at a time per tenant, and keeps what became of it. */
export interface Provision {
  /** Panels and webhook. */
  everything(tenant: Tenant): Promise<void>;
  /** What may have stopped by itself, unless the tenant is set up as another version of the app wanted it: then everything. */
  asNeeded(tenant: Tenant): Promise<void>;
}

/** Panels first: they are what users see, the webhook only brings changes sooner. */
export function createProvision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  webhooks: WebhookStore;
  locks: InTurn;
  wanted: WantedSetup;
}): Provision {
  const { webApi, tenants, webhooks, locks, wanted } = deps;

  /** Whoever waited may find that the app was removed meanwhile: then nothing is set up any more. */
  function exclusively(ctx: string, work: (tenant: Tenant) => Promise<void>): Promise<void> {
    return locks(`tenant ${ctx}`, async () => {
      const tenant = await tenants.find(ctx);
      if (tenant !== null) await work(tenant);
    });
  }

  const bringUpWebhook = (tenant: Tenant) =>
    provisionWebhook(webApi.asSystemUser(tenant), tenant.ctx, { webhooks, wanted: wanted.webhook });

  async function bringUpAll(tenant: Tenant): Promise<void> {
    const { ctx } = tenant;
    const steps = planPanels(wanted.panels, tenant.panels);
    const panels = await provisionPanels(webApi.asSystemUser(tenant), steps, (sofar) =>
      tenants.savePanels(ctx, sofar),
    );
    const webhook = await bringUpWebhook(tenant);
    const outcomes = [...panels.map(({ outcome }) => outcome), webhook];
    await tenants.saveProvisioned(ctx, outcomes.includes('failed') ? null : wanted.fingerprint);
  }

  return {
    everything: ({ ctx }) => exclusively(ctx, bringUpAll),
    asNeeded: ({ ctx }) =>
      exclusively(ctx, async (tenant) => {
        if (tenant.provisionedAs === wanted.fingerprint) await bringUpWebhook(tenant);
        else await bringUpAll(tenant);
      }),
  };
}
