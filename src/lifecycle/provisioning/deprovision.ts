import type { WithLock } from '../../coordination/keyed-mutex.ts';
import type { TenantApiClient, WebApi } from '../../superoffice/api/web-api.ts';
import { deleteWebhook } from '../../superoffice/api/webhooks.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { FailedRemoval, Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import type { DesiredState } from './desired-state.ts';
import { planPanels, removePanel } from './provision-panels.ts';
import { ownWebhook } from './provision-webhook.ts';

/**
 * Removes from a tenant what we set up there, and then everything we hold, unless something could not be removed; with
 * `anyway` even then. @returns what could not be removed, and whether our data are gone; done again, it tries the rest
 */
export type Deprovision = (
  tenant: Tenant,
  by: { readonly associateId: number; readonly force: boolean },
) => Promise<{ readonly failedRemovals: readonly FailedRemoval[]; readonly removed: boolean }>;

/** One after the other, none stopping the next: a tenant that refuses one may still let the others go. */
export function createDeprovision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  webhooks: WebhookStore;
  locks: WithLock;
  desired: DesiredState;
}): Deprovision {
  const { webApi, tenants, webhooks, locks, desired } = deps;

  return async (tenant, { associateId, force }) => {
    const { tenantId } = tenant;
    const apiClient = webApi.asSystemUser(tenant);
    // In the same turn as the removal: nobody sets anything up in between.
    return locks(`tenant ${tenantId}`, async () => {
      const failedRemovals = await removeAll([
        ...planPanels(desired.panels, tenant.panels).map(({ name, progId }) => ({
          name,
          remove: () => removePanel(apiClient, progId),
        })),
        { name: `Webhook ${desired.webhook.name}`, remove: () => removeWebhook(apiClient, tenantId) },
      ]);
      const removed = failedRemovals.length === 0 || force;
      if (removed) await tenants.remove(tenantId, associateId);
      return { failedRemovals, removed };
    });
  };

  async function removeWebhook(apiClient: TenantApiClient, tenantId: string): Promise<void> {
    const own = await webhooks.findOrCreate(tenantId);
    // Where this app may not use webhooks there is none of ours.
    if (own.outcome === 'refused') return;
    const actual = await ownWebhook(apiClient, own, desired.webhook);
    if (actual !== undefined) await deleteWebhook(apiClient, actual.WebhookId);
  }
}

async function removeAll(
  removals: readonly { readonly name: string; readonly remove: () => Promise<void> }[],
): Promise<FailedRemoval[]> {
  const failedRemovals: FailedRemoval[] = [];
  for (const { name, remove } of removals) {
    const problem = await problemOf(remove);
    if (problem !== null) failedRemovals.push({ name, problem });
  }
  return failedRemovals;
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
