import { join } from 'node:path';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { createAdvisoryLocks } from './coordination/advisory-locks.ts';
import { circuitChannel, parseCircuitOpen, publishCircuitOpen } from './coordination/circuit-events.ts';
import type { WithLock } from './coordination/keyed-mutex.ts';
import { subscribe } from './coordination/pg-listener.ts';
import { createRateLimiter } from './coordination/rate-limiter.ts';
import { createSecretBox } from './crypto/secret-box.ts';
import { openAdvisoryLockConnection } from './database/database.ts';
import { openConfiguredDatabase } from './database/open-database.ts';
import { diffLicenses } from './licensing/licenses/license-diff.ts';
import { createDeprovision, type Deprovision } from './lifecycle/provisioning/deprovision.ts';
import { loadDesiredState } from './lifecycle/provisioning/desired-state.ts';
import { createProvision, type Provision } from './lifecycle/provisioning/provision.ts';
import type { Metrics } from './metrics.ts';
import { createLicenseHistory, type LicenseHistory } from './snapshots/license-history.ts';
import {
  createLicenseSnapshots,
  type LicenseSnapshots,
  licenseCachePolicy,
} from './snapshots/license-snapshots.ts';
import { createLicenseSource } from './snapshots/license-source.ts';
import { createSnapshotStore, snapshotChannel } from './snapshots/snapshot-store.ts';
import { createUserStore, type UserStore } from './snapshots/user-store.ts';
import { connectSuperOffice, type SuperOffice } from './superoffice/client.ts';
import {
  type AccessRequestStore,
  accessRequestChannel,
  createAccessRequestStore,
} from './tenants/access-request-store.ts';
import { type AuditLog, createAuditLog } from './tenants/audit-log.ts';
import { type CallbackQueue, callbackChannel, createCallbackQueue } from './tenants/callback-queue.ts';
import { createHandoffStore, type HandoffStore } from './tenants/handoff-store.ts';
import { reconcileChannel } from './tenants/reconcile-schedule.ts';
import { createSignInStore, type SignInStore } from './tenants/sign-in-store.ts';
import { createTenantExport, type TenantExport } from './tenants/tenant-export.ts';
import { createTenantStore, type TenantStore, tenantChannel } from './tenants/tenant-store.ts';
import { createTicketStore } from './tenants/ticket-store.ts';
import { createWebhookStore, type WebhookStore } from './tenants/webhook-store.ts';

/** What the web part works with: SuperOffice on one side, what we keep on the other. */
export interface Services {
  readonly superOffice: SuperOffice;
  readonly tenants: TenantStore;
  readonly signIns: SignInStore;
  readonly handoffs: HandoffStore;
  readonly accessRequests: AccessRequestStore;
  readonly licenses: LicenseSnapshots;
  readonly webhooks: WebhookStore;
  readonly callbackQueue: CallbackQueue;
  readonly audit: AuditLog;
  readonly users: UserStore;
  readonly history: LicenseHistory;
  exportTenant(tenantId: string): Promise<TenantExport>;
  /** Turns by name that all processes on this database share. */
  readonly locks: WithLock;
  /** Wakes whenever there is something to do, whichever process on this database found out. */
  onWork(kind: 'callback' | 'look-after', wake: () => void): void;
  databaseAnswers(): Promise<boolean>;
  /** Ends connections, and the private PostgreSQL if there is one. */
  close(): Promise<void>;
}

export interface ServicesDeps {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Ms since 1970. */
  readonly now: () => number;
}

/** Opens everything that outlives a request. */
export async function openServices({ config, log, metrics, now }: ServicesDeps): Promise<Services> {
  const { db, url, onConnectionLost, closeDatabase } = await openConfiguredDatabase(config.database, log);
  const lockConnection = openAdvisoryLockConnection(url, onConnectionLost);
  const locks = createAdvisoryLocks({ session: lockConnection, now });
  const secrets = createSecretBox(config.encryptionKeys);

  const superOffice = connectSuperOffice({
    ...config.superOffice,
    redirectUri: `${config.publicUrl}/auth/callback`,
    onCall: (call) => {
      log.debug(call, 'called SuperOffice');
      metrics.onCall(call);
    },
    onCircuitOpen: (tenantId, cooldownMs) => {
      log.warn({ tenantId, cooldownMs }, 'tenant left alone');
      publishCircuitOpen(db, tenantId, cooldownMs).catch((error: Error) =>
        log.warn({ tenantId, reason: error.message }, 'other processes not told'),
      );
    },
    ticketStore: createTicketStore({ db, secrets, locks }),
    acquireCall: createRateLimiter({ db }),
    now,
  });
  // Fetched early so that the first sign-in does not wait; if it fails now, that sign-in tries again.
  superOffice.keys
    .prefetch()
    .catch((error: Error) => log.warn({ reason: error.message }, 'no signing keys yet'));

  const tenants = createTenantStore({ db, secrets, now });
  const accessRequests = createAccessRequestStore({ db, now });
  const licenses = createLicenseSnapshots({
    store: createSnapshotStore(db),
    read: createLicenseSource(superOffice, tenants),
    changes: diffLicenses,
    locks,
    ages: licenseCachePolicy,
    maxBytes: config.cacheBytes / 4,
    now,
    onLookup: metrics.onLookup,
    onFailed: ({ error, ...about }) =>
      log.warn({ ...about, reason: reasonOf(error) }, 'license data not read or saved'),
  });
  const callbackQueue = createCallbackQueue({ db, now });
  metrics.watch({ callbackQueue, tenants });
  const wakers = { callback: new Set<() => void>(), 'look-after': new Set<() => void>() };
  const wakeAll = (kind: keyof typeof wakers) => () => {
    for (const wake of wakers[kind]) wake();
  };
  const channels = {
    [snapshotChannel]: licenses.invalidate,
    [accessRequestChannel]: accessRequests.invalidate,
    [tenantChannel]: (tenantId: string) => {
      tenants.invalidate(tenantId);
      accessRequests.invalidate(`${tenantId}/`);
    },
    [circuitChannel]: (payload: string) =>
      superOffice.circuitBreaker.openFromPeer(...parseCircuitOpen(payload)),
    [callbackChannel]: wakeAll('callback'),
    [reconcileChannel]: wakeAll('look-after'),
  };
  const notices = subscribe(url, channels, {
    // What changed while nobody listened is not known: everything is asked for anew.
    listening() {
      tenants.invalidateAll();
      accessRequests.invalidateAll();
      licenses.invalidateAll();
    },
    connectionLost: (error) => log.warn({ reason: error.message }, 'no longer listening to other processes'),
  });
  return {
    superOffice,
    tenants,
    signIns: createSignInStore({ db, secrets, now }),
    handoffs: createHandoffStore({ db, now }),
    accessRequests,
    licenses,
    users: createUserStore({ db }),
    history: createLicenseHistory({ db }),
    webhooks: createWebhookStore({ db, secrets, now }),
    callbackQueue: callbackQueue,
    audit: createAuditLog({ db, now }),
    locks,
    exportTenant: createTenantExport({ db }),
    onWork: (kind, wake) => {
      wakers[kind].add(wake);
    },
    databaseAnswers: () =>
      sql`select 1`.execute(db).then(
        () => true,
        () => false,
      ),
    async close() {
      await notices.close();
      await lockConnection.destroy();
      await closeDatabase();
    },
  };
}

/** Setting up in any tenant what `manifest` says, and removing it. */
export interface Provisioning {
  readonly provision: Provision;
  readonly deprovision: Deprovision;
  /** What tenants are set up as by this version of the app. */
  readonly fingerprint: string;
}

export function provisioningBy({
  config: { publicUrl },
  services: { superOffice, tenants, webhooks, locks },
  root,
}: {
  config: Config;
  services: Services;
  root: string;
}): Provisioning {
  const desired = loadDesiredState(join(root, 'manifest'), publicUrl);
  const deps = { webApi: superOffice.webApi, tenants, webhooks, locks, desired };
  return {
    provision: createProvision(deps),
    deprovision: createDeprovision(deps),
    fingerprint: desired.fingerprint,
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
