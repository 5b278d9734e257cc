import type { WithFencedLock } from '../../coordination/advisory-locks.ts';
import type { TenantApiClient, WebApi } from '../../superoffice/api/web-api.ts';
import { deleteWebhook, type WebhookEntity } from '../../superoffice/api/webhooks.ts';
import { findFailure, SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { FailedRemoval, Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { DesiredState } from './desired-state.ts';
import { planPanels, removeOtherPanels, removePanel } from './provision-panels.ts';
import { findOurWebhooks } from './provision-webhook.ts';

/**
 * `removed`: the data was deleted. `incomplete`: something is left in the tenant, and so the data too. `superseded`: an
 * administrator approved the app again meanwhile, which ends the removal.
 */
interface Deprovisioned {
  readonly outcome: 'removed' | 'incomplete' | 'superseded';
  readonly failedRemovals: readonly FailedRemoval[];
}

/**
 * Removes all our panels and webhooks from a tenant, and then its stored data. If a removal fails, the data is deleted
 * only with `force`. Repeating it retries the failed removals.
 */
export type Deprovision = (
  tenant: Tenant,
  options: { readonly associateId: number; readonly force: boolean },
) => Promise<Deprovisioned>;

/** Removals run one by one; a failed one does not stop the next. */
export function createDeprovision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  locks: WithFencedLock;
  desired: DesiredState;
}): Deprovision {
  const { webApi, tenants, locks, desired } = deps;

  return async (tenant, { associateId, force }) => {
    const { tenantId } = tenant;
    const apiClient = webApi.asSystemUser(tenant);
    // The lock covers both steps, so that no other process provisions in between.
    return locks(`tenant ${tenantId}`, async (lock): Promise<Deprovisioned> => {
      const current = await tenants.find(tenantId);
      if (current === null) return { outcome: 'removed', failedRemovals: [] };
      if (current.consentedAt.getTime() !== tenant.consentedAt.getTime()) return superseded;
      const failedRemovals = await removeAll([
        ...planPanels(desired.panels, tenant.panels).map(({ name, progId }) => ({
          part: { kind: 'panel', progId, name } as const,
          remove: () => removePanel(apiClient, progId),
        })),
        { part: { kind: 'other-panels' }, remove: () => removeOtherPanels(apiClient, []) },
        { part: { kind: 'webhook' }, remove: () => removeWebhooks(apiClient) },
      ]);
      if (failedRemovals.length > 0 && !force) return { outcome: 'incomplete', failedRemovals };
      const purged = await tenants.purge(tenant, associateId, lock);
      return purged ? { outcome: 'removed', failedRemovals } : superseded;
    });
  };

  async function removeWebhooks(apiClient: TenantApiClient): Promise<void> {
    for (const { WebhookId } of await findWebhooks(apiClient)) await deleteWebhook(apiClient, WebhookId);
  }

  /** An app that may not use webhooks has created none. */
  async function findWebhooks(apiClient: TenantApiClient): Promise<readonly WebhookEntity[]> {
    try {
      return await findOurWebhooks(apiClient, desired.webhook);
    } catch (error) {
      if (error instanceof SuperOfficeError && error.code === 'forbidden') return [];
      throw error;
    }
  }
}

const superseded: Deprovisioned = { outcome: 'superseded', failedRemovals: [] };

async function removeAll(
  removals: readonly (Pick<FailedRemoval, 'part'> & { readonly remove: () => Promise<void> })[],
): Promise<FailedRemoval[]> {
  const failedRemovals: FailedRemoval[] = [];
  for (const { part, remove } of removals) {
    const problem = await findFailure(remove);
    if (problem !== null) failedRemovals.push({ part, problem });
  }
  return failedRemovals;
}
