import { join } from 'node:path';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { createLocks } from './coordination/advisory-locks.ts';
import { circuitChannel, openCircuitIn, tellCircuitOpen } from './coordination/circuit-events.ts';
import type { InTurn } from './coordination/keyed-mutex.ts';
import { listenTo } from './coordination/pg-listener.ts';
import { createCallBudget } from './coordination/rate-limiter.ts';
import { createSecretBox } from './crypto/secret-box.ts';
import { openLockSession } from './database/database.ts';
import { openConfiguredDatabase } from './database/open-database.ts';
import { licenseChanges } from './licensing/licenses/license-diff.ts';
import { createDeprovision, type Deprovision } from './lifecycle/provisioning/deprovision.ts';
import { loadWantedSetup } from './lifecycle/provisioning/desired-state.ts';
import { createProvision, type Provision } from './lifecycle/provisioning/provision.ts';
import type { Metrics } from './metrics.ts';
import { createLicenseHistory, type LicenseHistory } from './snapshots/license-history.ts';
import {
  createLicenseSnapshots,
  type LicenseSnapshots,
  snapshotAges,
} from './snapshots/license-snapshots.ts';
import { licenseReaders } from './snapshots/license-source.ts';
import { createSnapshotStore, snapshotChannel } from './snapshots/snapshot-store.ts';
import { createUserStore, type UserStore } from './snapshots/user-store.ts';
import { connectSuperOffice, type SuperOffice } from './superoffice/client.ts';
import { createWishStore, type WishStore, wishChannel } from './tenants/access-request-store.ts';
import { type AuditLog, createAuditLog } from './tenants/audit-log.ts';
import { type CallbackInbox, createCallbackInbox, inboxChannel } from './tenants/callback-queue.ts';
import { createHandOverStore, type HandOverStore } from './tenants/handoff-store.ts';
import { createSignInStore, type SignInStore } from './tenants/sign-in-store.ts';
import { createTenantExport, type TenantExport } from './tenants/tenant-export.ts';
import {
  createTenantStore,
  lookAfterChannel,
  type TenantStore,
  tenantChannel,
} from './tenants/tenant-store.ts';
import { createTicketStore } from './tenants/ticket-store.ts';
import { createWebhookStore, type WebhookStore } from './tenants/webhook-store.ts';

/** What the web part works with: SuperOffice on one side, what we keep on the other. */
export interface Services {
  readonly superOffice: SuperOffice;
  readonly tenants: TenantStore;
  readonly signIns: SignInStore;
  readonly handOvers: HandOverStore;
  readonly wishes: WishStore;
  readonly licenses: LicenseSnapshots;
  readonly webhooks: WebhookStore;
  readonly inbox: CallbackInbox;
  readonly audit: AuditLog;
  readonly users: UserStore;
  readonly history: LicenseHistory;
  exportTenant(ctx: string): Promise<TenantExport>;
  /** Turns by name that all processes on this database share. */
  readonly locks: InTurn;
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
  const lockSession = openLockSession(url, onConnectionLost);
  const locks = createLocks({ session: lockSession, now });
  const secrets = createSecretBox(config.encryptionKeys);

  const superOffice = connectSuperOffice({
    ...config.superOffice,
    redirectUri: `${config.publicUrl}/auth/callback`,
    onCall: (call) => {
      log.debug(call, 'called SuperOffice');
      metrics.onCall(call);
    },
    onCircuitOpen: (ctx, restMs) => {
      log.warn({ ctx, restMs }, 'tenant left alone');
      tellCircuitOpen(db, ctx, restMs).catch((error: Error) =>
        log.warn({ ctx, reason: error.message }, 'other processes not told'),
      );
    },
    sharedTickets: createTicketStore({ db, secrets, locks }),
    takeCall: createCallBudget({ db }),
    now,
  });
  // Fetched early so that the first sign-in does not wait; if it fails now, that sign-in tries again.
  superOffice.keys.warm().catch((error: Error) => log.warn({ reason: error.message }, 'no signing keys yet'));

  const tenants = createTenantStore({ db, secrets, now });
  const wishes = createWishStore({ db, now });
  const licenses = createLicenseSnapshots({
    store: createSnapshotStore(db),
    read: licenseReaders(superOffice, tenants),
    changes: licenseChanges,
    locks,
    ages: snapshotAges,
    maxBytes: config.cacheBytes / 4,
    now,
    onLookup: metrics.onLookup,
    onFailed: ({ error, ...about }) =>
      log.warn({ ...about, reason: reasonOf(error) }, 'license data not read or saved'),
  });
  const inbox = createCallbackInbox({ db, now });
  metrics.watch({ inbox, tenants });
  const wakers = { callback: new Set<() => void>(), 'look-after': new Set<() => void>() };
  const wakeAll = (kind: keyof typeof wakers) => () => {
    for (const wake of wakers[kind]) wake();
  };
  const channels = {
    [snapshotChannel]: licenses.changedElsewhere,
    [wishChannel]: wishes.changedElsewhere,
    [tenantChannel]: (ctx: string) => {
      tenants.changedElsewhere(ctx);
      wishes.changedElsewhere(`${ctx}/`);
    },
    [circuitChannel]: (payload: string) => superOffice.circuits.openedElsewhere(...openCircuitIn(payload)),
    [inboxChannel]: wakeAll('callback'),
    [lookAfterChannel]: wakeAll('look-after'),
  };
  const notices = listenTo(url, channels, {
    // What changed while nobody listened is not known: everything is asked for anew.
    listening() {
      tenants.forgetRemembered();
      wishes.forgetRemembered();
      licenses.forgetRemembered();
    },
    connectionLost: (error) => log.warn({ reason: error.message }, 'no longer listening to other processes'),
  });
  return {
    superOffice,
    tenants,
    signIns: createSignInStore({ db, secrets, now }),
    handOvers: createHandOverStore({ db, now }),
    wishes,
    licenses,
    users: createUserStore({ db }),
    history: createLicenseHistory({ db }),
    webhooks: createWebhookStore({ db, secrets, now }),
    inbox,
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
      await lockSession.destroy();
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
  const wanted = loadWantedSetup(join(root, 'manifest'), publicUrl);
  const deps = { webApi: superOffice.webApi, tenants, webhooks, locks, wanted };
  return {
    provision: createProvision(deps),
    deprovision: createDeprovision(deps),
    fingerprint: wanted.fingerprint,
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
