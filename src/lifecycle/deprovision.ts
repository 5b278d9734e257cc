import { SuperOfficeError } from '../superoffice/superoffice-error.ts';
import type { Caller, WebApi } from '../superoffice/web-api.ts';
import { deleteWebPanel, webPanelByProgId } from '../superoffice/web-panels.ts';
import { deleteWebhook } from '../superoffice/webhooks.ts';
import type { Remainder, Tenant, TenantStore } from '../tenants/tenant-store.ts';
import type { WebhookStore } from '../tenants/webhook-store.ts';
import type { WantedPanel } from './provision-panels.ts';
import { ownWebhook, webhookName } from './provision-webhook.ts';

/** Removes from a tenant what we set up there. @returns what could not be removed; done again, it tries the rest */
export type Deprovision = (tenant: Tenant) => Promise<readonly Remainder[]>;

/** One after the other, none stopping the next: a tenant that refuses one may still let the others go. */
export function createDeprovision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  webhooks: WebhookStore;
  wantedPanels: readonly WantedPanel[];
}): Deprovision {
  const { webApi, tenants, webhooks, wantedPanels } = deps;

  return async (tenant) => {
    const caller = webApi.asSystemUser(tenant);
    const removals = [
      ...wantedPanels.map(({ Name, ProgId }) => ({ name: Name, remove: () => removePanel(caller, ProgId) })),
      { name: `Webhook ${webhookName}`, remove: () => removeWebhook(caller, tenant.ctx) },
    ];
    return tenants.exclusively(tenant.ctx, async () => {
      const remainders: Remainder[] = [];
      for (const { name, remove } of removals) {
        const problem = await problemOf(remove);
        if (problem !== null) remainders.push({ name, problem });
      }
      return remainders;
    });
  };

  async function removePanel(caller: Caller, progId: string): Promise<void> {
    const panel = await webPanelByProgId(caller, progId);
    if (panel !== null) await deleteWebPanel(caller, panel.WebPanelId);
  }

  async function removeWebhook(caller: Caller, ctx: string): Promise<void> {
    const own = await webhooks.ofTenant(ctx);
    // Where this app may not use webhooks there is none of ours.
    if (own.outcome === 'refused') return;
    const actual = await ownWebhook(caller, own);
    if (actual !== undefined) await deleteWebhook(caller, actual.WebhookId);
  }
}

async function problemOf(remove: () => Promise<void>): Promise<string | null> {
  try {
    await remove();
    return null;
  } catch (error) {
    if (error instanceof SuperOfficeError) return error.code;
    throw error;
  }
}
