import type { NotificationHandler } from '../coordination/pg-listener.ts';
import { tenantStateChannel } from '../coordination/tenant-state-events.ts';
import type { SuperOffice } from '../superoffice/client.ts';
import { type AccessRequestStore, accessRequestChannel } from '../tenants/access-request-store.ts';
import { type ApiKeyStore, apiKeyChannel } from '../tenants/api-key-store.ts';
import { removalChannel } from '../tenants/removal.ts';
import { type SessionCutoffStore, sessionCutoffChannel } from '../tenants/session-cutoff-store.ts';
import { type TenantStore, tenantChannel } from '../tenants/tenant-store.ts';
import type { WebhookStore } from '../tenants/webhook-store.ts';
import type { LicenseSnapshots } from './license-snapshots.ts';
import { backdatedChannel, snapshotChannel } from './snapshot-store.ts';

/**
 * The caches of this process whose entries other processes can change or remove. A change does not concern rendered pages:
 * each carries the version of the data it was made from (`pageVersion` in web/panel/page-cache.ts). A removal does.
 */
export interface SharedCaches {
  readonly tenants: TenantStore;
  readonly accessRequests: AccessRequestStore;
  readonly licenses: LicenseSnapshots;
  readonly sessionCutoffs: SessionCutoffStore;
  readonly webhooks: WebhookStore;
  readonly apiKeys: Pick<ApiKeyStore, 'invalidate' | 'invalidateAll'>;
  readonly superOffice: Pick<SuperOffice, 'states' | 'tickets'>;
  /** Removes the pages of a tenant (`Cust12345`) or of one of its users (`Cust12345/101`), or all with null. */
  readonly removePages: (key: string | null) => void;
  /** Tells that the data of a tenant or of one of its users changed, or with null that changes may have been missed. */
  readonly onDataChange: (key: string | null) => void;
  /** Tells that the licenses of a user (`Cust12345/101`) changed in SuperOffice and are read when they are asked for next. */
  readonly onExpiry: (key: string) => void;
}

/** The NOTIFY channels that report a change or a removal, with handlers that invalidate the entries concerned. */
export function invalidationHandlers(caches: SharedCaches): Record<string, NotificationHandler> {
  const { tenants, accessRequests, licenses, sessionCutoffs, apiKeys, superOffice } = caches;
  return {
    [snapshotChannel]: (key) => {
      licenses.invalidate(key);
      caches.onDataChange(key);
    },
    [backdatedChannel]: caches.onExpiry,
    [accessRequestChannel]: (key) => accessRequests.invalidate(key),
    [sessionCutoffChannel]: (key) => sessionCutoffs.invalidate(key),
    [apiKeyChannel]: (tenantId) => apiKeys.invalidate(tenantId),
    [tenantStateChannel]: (tenantId) => superOffice.states.invalidate(tenantId),
    [tenantChannel]: (tenantId) => {
      tenants.invalidate(tenantId);
      accessRequests.invalidate(`${tenantId}/`);
      sessionCutoffs.invalidate(`${tenantId}/`);
      apiKeys.invalidate(tenantId);
      caches.onDataChange(tenantId);
    },
    [removalChannel]: (key) => {
      removeEverywhere(caches, key);
    },
  };
}

function removeEverywhere(caches: SharedCaches, key: string): void {
  const { tenants, accessRequests, licenses, sessionCutoffs, webhooks, apiKeys, superOffice } = caches;
  const isTenant = !key.includes('/');
  for (const cache of [accessRequests, sessionCutoffs]) cache.invalidate(isTenant ? `${key}/` : key);
  licenses.invalidateRemoved(key);
  caches.removePages(key);
  if (!isTenant) return;
  tenants.invalidate(key);
  webhooks.invalidate(key);
  apiKeys.invalidate(key);
  superOffice.states.invalidate(key);
  superOffice.tickets.invalidate(key);
}

/** Clears the caches: called when listening starts, as earlier notifications were missed. */
export function invalidateAll(caches: SharedCaches): void {
  const { tenants, accessRequests, licenses, sessionCutoffs, webhooks, apiKeys, superOffice } = caches;
  const { states, tickets } = superOffice;
  for (const cache of [tenants, accessRequests, licenses, sessionCutoffs, webhooks, apiKeys, states, tickets])
    cache.invalidateAll();
  caches.removePages(null);
  caches.onDataChange(null);
}
