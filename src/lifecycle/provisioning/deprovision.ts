import type { WithFencedLock } from '../../coordination/advisory-locks.ts';
import type { TenantApiClient, WebApi } from '../../superoffice/api/web-api.ts';
import { deleteWebhook } from '../../superoffice/api/webhooks.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { FailedRemoval, Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import type { DesiredState } from './desired-state.ts';
import { planPanels, removePanel } from './provision-panels.ts';
import { findOwnWebhook } from './provision-webhook.ts';

/**
 * Removes our panels and webhook from a tenant, and then its stored data. If a removal fails, the data is deleted only
 * with `force`. Repeating it retries the failed removals. `removed` tells whether the data was deleted.
 */
export type Deprovision = (
  tenant: Tenant,
  options: { readonly associateId: number; readonly force: boolean },
) => Promise<{ readonly failedRemovals: readonly FailedRemoval[]; readonly removed: boolean }>;

/** Removals run one by one; a failed one does not stop the next. */
export function createDeprovision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  webhooks: WebhookStore;
  locks: WithFencedLock;
  desired: DesiredState;
}): Deprovision {
  const { webApi, tenants, webhooks, locks, desired } = deps;

  return async (tenant, { associateId, force }) => {
    const { tenantId } = tenant;
    const apiClient = webApi.asSystemUser(tenant);
    // The lock covers both steps, so that no other process provisions in between.
    return locks(`tenant ${tenantId}`, async (lock) => {
      const failedRemovals = await removeAll([
        ...planPanels(desired.panels, tenant.panels).map(({ name, progId }) => ({
          name,
          remove: () => removePanel(apiClient, progId),
        })),
        { name: `Webhook ${desired.webhook.name}`, remove: () => removeWebhook(apiClient, tenantId) },
      ]);
      const removed = failedRemovals.length === 0 || force;
      if (removed) await tenants.purge(tenantId, associateId, lock);
      return { failedRemovals, removed };
    });
  };

  async function removeWebhook(apiClient: TenantApiClient, tenantId: string): Promise<void> {
    const own = await webhooks.findOrCreate(tenantId);
    // An app that may not use webhooks has created none.
    if (own.outcome === 'refused') return;
    const actual = await findOwnWebhook(apiClient, own, desired.webhook);
    if (actual !== undefined) await deleteWebhook(apiClient, actual.WebhookId);
  }
}

async function removeAll(
  removals: readonly { readonly name: string; readonly remove: () => Promise<void> }[],
): Promise<FailedRemoval[]> {
  const failedRemovals: FailedRemoval[] = [];
  for (const { name, remove } of removals) {
    const problem = await attempt(remove);
    if (problem !== null) failedRemovals.push({ name, problem });
  }
  return failedRemovals;
}

/** @returns the SuperOffice error code of a failure; null on success */
async function attempt(remove: () => Promise<void>): Promise<string | null> {
  try {
    await remove();
    return null;
  } catch (error) {
    if (error instanceof SuperOfficeError) return error.code;
    throw error;
  }
}
