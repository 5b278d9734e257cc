import type { InTurn } from '../../coordination/keyed-mutex.ts';
import type { Caller, WebApi } from '../../superoffice/api/web-api.ts';
import { deleteWebhook } from '../../superoffice/api/webhooks.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Remainder, Tenant, TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import type { WantedSetup } from './desired-state.ts';
import { planPanels, removePanel } from './provision-panels.ts';
import { ownWebhook } from './provision-webhook.ts';

/**
 * Removes from a tenant what we set up there, and then everything we hold, unless something could not be removed; with
 * `anyway` even then. @returns what could not be removed, and whether our data are gone; done again, it tries the rest
 */
export type Deprovision = (
  tenant: Tenant,
  by: { readonly associateId: number; readonly anyway: boolean },
) => Promise<{ readonly remainders: readonly Remainder[]; readonly removed: boolean }>;

/** One after the other, none stopping the next: a tenant that refuses one may still let the others go. */
export function createDeprovision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  webhooks: WebhookStore;
  locks: InTurn;
  wanted: WantedSetup;
}): Deprovision {
  const { webApi, tenants, webhooks, locks, wanted } = deps;

  return async (tenant, { associateId, anyway }) => {
    const { ctx } = tenant;
    const caller = webApi.asSystemUser(tenant);
    // In the same turn as the removal: nobody sets anything up in between.
    return locks(`tenant ${ctx}`, async () => {
      const remainders = await removeAll([
        ...planPanels(wanted.panels, tenant.panels).map(({ name, progId }) => ({
          name,
          remove: () => removePanel(caller, progId),
        })),
        { name: `Webhook ${wanted.webhook.name}`, remove: () => removeWebhook(caller, ctx) },
      ]);
      const removed = remainders.length === 0 || anyway;
      if (removed) await tenants.remove(ctx, associateId);
      return { remainders, removed };
    });
  };

  async function removeWebhook(caller: Caller, ctx: string): Promise<void> {
    const own = await webhooks.ofTenant(ctx);
    // Where this app may not use webhooks there is none of ours.
    if (own.outcome === 'refused') return;
    const actual = await ownWebhook(caller, own, wanted.webhook);
    if (actual !== undefined) await deleteWebhook(caller, actual.WebhookId);
  }
}

async function removeAll(
  removals: readonly { readonly name: string; readonly remove: () => Promise<void> }[],
): Promise<Remainder[]> {
  const remainders: Remainder[] = [];
  for (const { name, remove } of removals) {
    const problem = await problemOf(remove);
    if (problem !== null) remainders.push({ name, problem });
  }
  return remainders;
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
