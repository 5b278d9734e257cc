import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { createAdvisoryLocks, type WithFencedLock } from './coordination/advisory-locks.ts';
import { circuitChannel, parseCircuitOpen, publishCircuitOpen } from './coordination/circuit-events.ts';
import { type JobQueue, openJobQueue } from './coordination/jobs/job-queue.ts';
import { areJobTablesCurrent } from './coordination/jobs/job-tables.ts';
import { createLazyJobQueue } from './coordination/jobs/lazy-job-queue.ts';
import { measureQueueDepths } from './coordination/jobs/queue-depth.ts';
import { deleteJobsOfTenant } from './coordination/jobs/tenant-jobs.ts';
import type { WithLock } from './coordination/keyed-mutex.ts';
import { subscribe } from './coordination/pg-listener.ts';
import { createRateLimiter } from './coordination/rate-limiter.ts';
import { publishTenantStateRead } from './coordination/tenant-state-events.ts';
import { deriveKeyring } from './crypto/keyring.ts';
import { createSecretBox, type SecretBox } from './crypto/secret-box.ts';
import { openConfiguredDatabase } from './database/configured-database.ts';
import { type Database, openIdleConnections } from './database/database.ts';
import { openDatabaseSession } from './database/database-session.ts';
import { explainDatabaseError } from './database/explain-error.ts';
import { openReadiness } from './database/readiness.ts';
import { assertWritable } from './database/writable.ts';
import { AppError } from './errors.ts';
import { diffLicenses } from './licensing/licenses/license-diff.ts';
import { normalizeLicenses } from './licensing/licenses/normalized-license.ts';
import { detectSuite, findSuiteIndicators } from './licensing/plans/detect-suite.ts';
import { countSeatNumbers } from './licensing/plans/seat-numbers.ts';
import {
  createRequestReconciliation,
  type RequestReconciliation,
} from './lifecycle/reconcile/reconcile-schedule.ts';
import type { Metrics } from './metrics.ts';
import { createLicenseHistory, type LicenseHistory } from './snapshots/license-history.ts';
import {
  createLicenseSnapshots,
  type LicenseSnapshots,
  licenseCachePolicy,
} from './snapshots/license-snapshots.ts';
import { createLicenseSource } from './snapshots/license-source.ts';
import {
  createRefreshAfterSignIn,
  type RefreshAfterSignIn,
  type RefreshPace,
  refreshPace,
} from './snapshots/refresh-after-sign-in.ts';
import { createSeatCountStore, type SeatCountStore } from './snapshots/seat-count-store.ts';
import {
  createListRetiredHolders,
  createListSeatHolders,
  type ListRetiredHolders,
  type ListSeatHolders,
} from './snapshots/seat-holders.ts';
import { invalidateAll, invalidationHandlers } from './snapshots/shared-cache-invalidation.ts';
import { createSnapshotStore } from './snapshots/snapshot-store.ts';
import { createReadSuiteLimits, limitPatienceMs } from './snapshots/suite-limit-source.ts';
import { createUserDirectory, type UserDirectory } from './snapshots/user-directory.ts';
import { createUserLookup, type UserLookup } from './snapshots/user-lookup.ts';
import { createUserStore, type UserStore } from './snapshots/user-store.ts';
import { type AssignmentSolver, createAssignmentSolver } from './solver/assignment-solver.ts';
import { connectSuperOffice, type SuperOffice } from './superoffice/client.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import { type AccessRequestStore, createAccessRequestStore } from './tenants/access-request-store.ts';
import { type ApiKeyStore, createApiKeyStore } from './tenants/api-key-store.ts';
import { createApiKeyUses } from './tenants/api-key-uses.ts';
import { type AuditLog, createAuditLog } from './tenants/audit-log.ts';
import { type CallbackIntake, createCallbackIntake } from './tenants/callback-intake.ts';
import { createHandoffStore, type HandoffStore } from './tenants/handoff-store.ts';
import { createPlanPriceStore, type PlanPriceStore } from './tenants/plan-price-store.ts';
import { type Reencrypted, reencrypt } from './tenants/reencrypt.ts';
import { createPurgeExpired, type PurgeExpired } from './tenants/retention.ts';
import { createSavedAnswerStore, type SavedAnswerStore } from './tenants/saved-answer-store.ts';
import { createSessionCutoffStore, type SessionCutoffStore } from './tenants/session-cutoff-store.ts';
import { createSignInStore, type SignInStore } from './tenants/sign-in-store.ts';
import { createTenantExport, type ExportTenant } from './tenants/tenant-export.ts';
import { createTenantStore, type TenantStore } from './tenants/tenant-store.ts';
import { createTicketStore, type TicketStore } from './tenants/ticket-store.ts';
import { createUserDataStore, type UserDataStore } from './tenants/user-data.ts';
import { createUserMarkStore, type UserMarkStore } from './tenants/user-mark-store.ts';
import { createUserPinStore, type UserPinStore } from './tenants/user-pin-store.ts';
import { createWebhookStore, type WebhookStore } from './tenants/webhook-store.ts';

/** Everything that outlives a request: SuperOffice, the stores and the coordination between processes. */
export interface Services {
  readonly superOffice: SuperOffice;
  readonly tenants: TenantStore;
  readonly signIns: SignInStore;
  readonly handoffs: HandoffStore;
  readonly sessionCutoffs: SessionCutoffStore;
  readonly accessRequests: AccessRequestStore;
  readonly licenses: LicenseSnapshots;
  readonly refreshAfterSignIn: RefreshAfterSignIn;
  readonly webhooks: WebhookStore;
  readonly apiKeys: ApiKeyStore;
  readonly jobs: JobQueue;
  readonly callbacks: CallbackIntake;
  readonly requestReconciliation: RequestReconciliation;
  readonly reencryptSecrets: () => Promise<Reencrypted>;
  readonly audit: AuditLog;
  readonly userData: UserDataStore;
  readonly userMarks: UserMarkStore;
  readonly listSeatHolders: ListSeatHolders;
  readonly listRetiredHolders: ListRetiredHolders;
  readonly userPins: UserPinStore;
  readonly planPrices: PlanPriceStore;
  readonly savedAnswers: SavedAnswerStore;
  readonly assignmentSolver: AssignmentSolver;
  readonly purgeExpired: PurgeExpired;
  readonly users: UserStore;
  readonly userDirectory: UserDirectory;
  readonly userLookup: UserLookup;
  readonly seatCounts: SeatCountStore;
  readonly history: LicenseHistory;
  readonly exportTenant: ExportTenant;
  /**
   * Calls `listener` when the data of a tenant (`Cust12345`) or of a user (`Cust12345/101`) were removed in any process,
   * and with null when removals may have been missed.
   */
  onRemoval(listener: (key: string | null) => void): void;
  /**
   * Calls `listener` when license data or the status of a tenant (`Cust12345`), or license data of a user
   * (`Cust12345/101`), changed in any process, and with null when changes may have been missed.
   */
  onDataChange(listener: (key: string | null) => void): void;
  /** Calls `listener` when the licenses of a user (`Cust12345/101`) are to be read when they are asked for next. */
  onExpiry(listener: (key: string) => void): void;
  /** Reads keys, opens connections and runs statements that the first requests need, so that they do not wait. Never rejects. */
  prefetch(): Promise<void>;
  /** Locks by name, shared by all processes on this database. */
  readonly locks: WithFencedLock;
  /** Whether the database accepted writes when it was last asked, seconds ago. */
  isDatabaseUp(): Promise<boolean>;
  /** Closes all connections, and stops the embedded PostgreSQL unless another process uses it. */
  close(): Promise<void>;
}

/**
 * Opens the services. `now` returns ms since 1970. `afterSignIn` is how soon the data of a user are read after a sign-in.
 * @throws if the database cannot be opened
 */
export async function openServices(deps: {
  config: Config;
  log: Logger;
  metrics: Metrics;
  now: () => number;
  afterSignIn?: RefreshPace;
}): Promise<Services> {
  const { config, log, metrics, now } = deps;
  const { db, url, onConnectionLost, closeDatabase } = await openConfiguredDatabase(config.database, log);
  const readiness = openReadiness(url, onConnectionLost);
  const telemetry = createTelemetry({ log, metrics });
  const advisoryLocks = createAdvisoryLocks({
    openSession: () => openDatabaseSession(url, onConnectionLost),
    now,
  });
  const locks = advisoryLocks.withLock;
  const secrets = createSecretBox(config.encryptionKeys);

  const ticketStore = createTicketStore({ db, secrets, locks });
  const superOffice = openSuperOffice({ config, db, ticketStore, telemetry, now });
  const tenants = openTenants({ db, secrets, locks, now });
  const accessRequests = createAccessRequestStore({ db, now });
  const licenses = openLicenses({ config, db, superOffice, tenants, locks, telemetry, now });
  const webhooks = createWebhookStore({ db, secrets, now });
  const apiKeyUses = createApiKeyUses({ db, now, onFailed: telemetry.onUsesNotWritten });
  const apiKeys = createApiKeyStore({ db, uses: apiKeyUses, now });
  const sessionCutoffs = createSessionCutoffStore({ db, now });
  const userLookup = createUserLookup({ db, now });
  const events = new EventEmitter<{
    removal: [key: string | null];
    change: [key: string | null];
    expiry: [key: string];
  }>();
  const removePages = (key: string | null) => void events.emit('removal', key);
  const onDataChange = (key: string | null) => void events.emit('change', key);
  const onExpiry = (key: string) => void events.emit('expiry', key);
  events.on('removal', userLookup.invalidateRemoved);
  const refreshAfterSignIn = createRefreshAfterSignIn({
    tenants,
    licenses,
    sessionCutoffs,
    webApi: superOffice.webApi,
    log,
    now,
    pace: deps.afterSignIn ?? refreshPace,
  });
  events.on('removal', (key) => key !== null && refreshAfterSignIn.forget(key));
  const shared = { tenants, accessRequests, licenses, sessionCutoffs, webhooks, apiKeys };
  const caches = { ...shared, superOffice, removePages, onDataChange, onExpiry };
  const openFromPeer = (payload: string) =>
    superOffice.circuitBreaker.openFromPeer(...parseCircuitOpen(payload));
  const subscription = subscribe(
    url,
    {
      ...invalidationHandlers(caches),
      [circuitChannel]: openFromPeer,
    },
    { onListening: () => invalidateAll(caches), onConnectionLost: telemetry.onListenerLost },
  );
  const jobs = createLazyJobQueue(() => openJobQueue({ url, ...telemetry }));
  // Tables that are missing or old may not be made, or take long: then no request must wait for them.
  if (!(await areJobTablesCurrent(db))) await jobs.open().catch(throwExplained);
  const measureJobs = async () => {
    await assertWritable(db);
    return measureQueueDepths(db);
  };
  metrics.watch({ measureJobs, tenants });
  return {
    superOffice,
    tenants,
    signIns: createSignInStore({
      db,
      secrets: createSecretBox(deriveKeyring(config.sessionKeys, 'sign-in state')),
      now,
    }),
    sessionCutoffs,
    handoffs: createHandoffStore({
      db,
      secrets: createSecretBox(deriveKeyring(config.sessionKeys, 'session handoff')),
      now,
    }),
    accessRequests,
    licenses,
    refreshAfterSignIn,
    users: createUserStore({ db }),
    userDirectory: createUserDirectory({ db, now }),
    userLookup,
    seatCounts: createSeatCountStore({
      db,
      count: (tenantLicenses) => countSeatNumbers(tenantLicenses, config.assumptions),
    }),
    history: createLicenseHistory({ db }),
    webhooks,
    apiKeys,
    jobs,
    callbacks: createCallbackIntake({ db, jobs, now }),
    requestReconciliation: createRequestReconciliation(jobs),
    reencryptSecrets: () => reencrypt({ db, secrets, onProgress: () => {} }),
    audit: createAuditLog({ db, now }),
    userData: createUserDataStore({ db, now }),
    userMarks: createUserMarkStore({ db, now }),
    listSeatHolders: createListSeatHolders({ db }),
    listRetiredHolders: createListRetiredHolders({ db }),
    userPins: createUserPinStore({ db, now }),
    planPrices: createPlanPriceStore({ db }),
    savedAnswers: createSavedAnswerStore({ db }),
    assignmentSolver: createAssignmentSolver(),
    purgeExpired: createPurgeExpired({ db, now }),
    onRemoval: (listener) => void events.on('removal', listener),
    onDataChange: (listener) => void events.on('change', listener),
    onExpiry: (listener) => void events.on('expiry', listener),
    async prefetch() {
      // A lock that nobody else takes opens the first session of the locks.
      const openingLocks = locks(`start ${randomUUID()}`, async () => {}).catch(() => {});
      const prefetchingKeys = superOffice.jwks.prefetch().catch(telemetry.onPrefetchFailed);
      await Promise.all([openIdleConnections(db), openingLocks, prefetchingKeys]);
      // What a view reads, of a tenant that does not exist: the first statement of each kind takes milliseconds longer.
      const [tenantId, associateId] = ['Cust0', 1];
      await Promise.allSettled([
        tenants.findCached(tenantId),
        sessionCutoffs.notBefore(tenantId, associateId),
        accessRequests.latestByUser(tenantId, associateId),
        licenses.getStoredUserLicenses(tenantId, [associateId]),
      ]);
    },
    locks,
    exportTenant: createTenantExport({ db }),
    isDatabaseUp: readiness.isDatabaseUp,
    async close() {
      await refreshAfterSignIn.stop();
      await licenses.flush();
      await subscription.close();
      await jobs.close();
      await advisoryLocks.close();
      await readiness.close();
      await apiKeyUses.flush().catch(telemetry.onUsesNotWritten);
      await closeDatabase();
    },
  };
}

/** @throws an error that names the remedy, if the cause has one */
function throwExplained(error: unknown): never {
  throw explainDatabaseError(error instanceof AppError ? error.cause : error);
}

/** An approval waits until a removal or provisioning in progress has ended, so that none of them undoes another. */
function openTenants(deps: {
  db: Database;
  secrets: SecretBox;
  locks: WithLock;
  now: () => number;
}): TenantStore {
  const tenants = createTenantStore({ ...deps, deleteJobs: deleteJobsOfTenant });
  return {
    ...tenants,
    saveConsent: (consent) => deps.locks(`tenant ${consent.tenantId}`, () => tenants.saveConsent(consent)),
  };
}

function openSuperOffice(deps: {
  config: Config;
  db: Database;
  ticketStore: TicketStore;
  telemetry: Telemetry;
  now: () => number;
}): SuperOffice {
  const { config, db, ticketStore, telemetry, now } = deps;
  return connectSuperOffice({
    ...config.superOffice,
    redirectUri: `${config.publicUrl}/auth/callback`,
    onCall: telemetry.onCall,
    onCircuitOpen(tenantId, cooldownMs) {
      telemetry.onCircuitOpen(tenantId, cooldownMs);
      publishCircuitOpen(db, tenantId, cooldownMs).catch((error) =>
        telemetry.onNotifyFailed(tenantId, error),
      );
    },
    onStateReadAgain: (tenantId) =>
      void publishTenantStateRead(db, tenantId).catch((error) => telemetry.onNotifyFailed(tenantId, error)),
    ticketStore,
    acquireCall: createRateLimiter({ db }),
    now,
  });
}

function openLicenses(deps: {
  config: Config;
  db: Database;
  superOffice: SuperOffice;
  tenants: TenantStore;
  locks: WithLock;
  telemetry: Telemetry;
  now: () => number;
}): LicenseSnapshots {
  const { config, db, superOffice, tenants, locks, telemetry, now } = deps;
  return createLicenseSnapshots({
    store: createSnapshotStore(db),
    source: createLicenseSource({
      superOffice,
      tenants,
      isSuite: ({ modules }) =>
        detectSuite(findSuiteIndicators(normalizeLicenses(modules), config.assumptions.suite.modules)) !==
        null,
      readSuiteLimits: createReadSuiteLimits({ now, patienceMs: limitPatienceMs }),
    }),
    diff: diffLicenses,
    locks,
    policy: licenseCachePolicy,
    maxBytes: { tenants: config.cache.tenantLicenseBytes, users: config.cache.userLicenseBytes },
    now,
    onLookup: telemetry.onLookup,
    onFailed: telemetry.onRefreshFailed,
  });
}
