import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isPrincipalOf, readCurrentPrincipal } from '../superoffice/api/principal.ts';
import type { WebApi } from '../superoffice/api/web-api.ts';
import { SuperOfficeError, type SuperOfficeErrorCode } from '../superoffice/transport/superoffice-error.ts';
import type { SessionCutoffStore } from '../tenants/session-cutoff-store.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { LicenseSnapshots } from './license-snapshots.ts';

/** A completed sign-in whose user's data are still to be read. */
export interface RecentSignIn {
  readonly tenantId: string;
  readonly associateId: number;
  /** A secret of the user; kept in memory until the data are read. */
  readonly accessToken: string;
  /** Ms since 1970. */
  readonly signedInAt: number;
}

/** Reads what only a user may read, after the pages in front of people. */
export interface RefreshAfterSignIn {
  /** Has the user's principal read soon, once however often it is asked for. Nothing is read in a process that stops. */
  request(signIn: RecentSignIn): void;
  /** Forgets the sign-ins of a tenant (`Cust12345`) or user (`Cust12345/5`) whose data were removed. */
  forget(key: string): void;
  /** Resolves when the reads in progress have ended. */
  stop(): Promise<void>;
}

/** How soon and how fast sign-ins are worked off. */
export interface RefreshPace {
  /** The page of the sign-in comes first, ms. */
  readonly settleMs: number;
  /** The pause after the limit of calls left nothing to spare, ms. */
  readonly busyMs: number;
  /** The pause after SuperOffice did not answer, ms. */
  readonly outageMs: number;
}

export const refreshPace: RefreshPace = { settleMs: 2_000, busyMs: 250, outageMs: 10_000 };

/** Sign-ins that wait in one process; about 1 kB each. Those beyond it are read at the next sign-in, within an hour. */
const maxWaiting = 20_000;
/** Reads of one tenant at a time: with slow answers, one alone would not use the calls that may be made. */
const concurrentReads = 4;
/** An access token is valid for 20 minutes at least (docs/superoffice/web-api.md#2-headers-and-credentials), ms. */
const usableForMs = 15 * 60_000;

const outages: readonly SuperOfficeErrorCode[] = [
  'unreachable',
  'timeout',
  'server-error',
  'throttled',
  'circuit-open',
];

/** What came of one sign-in: `busy` and `outage` are tried again. */
type Outcome = 'done' | 'busy' | 'outage';

/** The waiting sign-ins of a tenant, oldest first, by user. One that is being read stays until it is done. */
type Waiting = Map<number, RecentSignIn>;

/**
 * Creates the reader. It keeps the sign-ins in memory, because they carry access tokens: what a process does not read
 * before it stops, the next sign-in brings. Its calls take only what others leave of the limit.
 */
export function createRefreshAfterSignIn(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  sessionCutoffs: SessionCutoffStore;
  webApi: WebApi;
  log: Logger;
  /** Ms since 1970. */
  now: () => number;
  pace?: RefreshPace;
}): RefreshAfterSignIn {
  const { tenants, log, pace = refreshPace } = deps;
  const waitingByTenant = new Map<string, Waiting>();
  const working = new Set<Promise<void>>();
  const stopping = new AbortController();
  const readPrincipal = createReadOnce(deps);
  let size = 0;

  function add(waiting: Waiting, signIn: RecentSignIn): void {
    waiting.set(signIn.associateId, signIn);
    size += 1;
  }

  function remove(tenantId: string, associateId: number): void {
    if (waitingByTenant.get(tenantId)?.delete(associateId)) size -= 1;
  }

  async function work(tenantId: string, waiting: Waiting): Promise<void> {
    const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal, ref: false });
    await pause(pace.settleMs);
    await refreshTenant(deps, await tenants.findCached(tenantId));
    while (waiting.size > 0) {
      const batch = [...waiting.values()].slice(0, concurrentReads);
      const isWanted = (signIn: RecentSignIn) => waiting.get(signIn.associateId) === signIn;
      const outcomes = await Promise.all(batch.map((signIn) => readPrincipal(signIn, isWanted)));
      for (const [index, signIn] of batch.entries()) {
        if (!isWanted(signIn) || outcomes[index] === 'busy') continue;
        remove(tenantId, signIn.associateId);
        // At the end, so that one user whose read fails does not hold up the others.
        if (outcomes[index] === 'outage') add(waiting, signIn);
      }
      if (outcomes.includes('outage')) await pause(pace.outageMs);
      else if (outcomes.includes('busy')) await pause(pace.busyMs);
    }
    // At once, so that a sign-in from now on starts the work again.
    waitingByTenant.delete(tenantId);
  }

  function start(tenantId: string): Waiting {
    const waiting: Waiting = new Map();
    waitingByTenant.set(tenantId, waiting);
    const ended = work(tenantId, waiting)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) log.warn({ err: error, tenantId }, 'reading after sign-ins failed');
      })
      .finally(() => {
        size -= waiting.size;
        waiting.clear();
        if (waitingByTenant.get(tenantId) === waiting) waitingByTenant.delete(tenantId);
        working.delete(ended);
      });
    working.add(ended);
    return waiting;
  }

  return {
    request(signIn) {
      const { tenantId, associateId } = signIn;
      if (stopping.signal.aborted || size >= maxWaiting) return;
      const waiting = waitingByTenant.get(tenantId) ?? start(tenantId);
      remove(tenantId, associateId);
      add(waiting, signIn);
    },
    forget(key) {
      const [tenantId = '', associateId] = key.split('/');
      const users =
        associateId === undefined
          ? [...(waitingByTenant.get(tenantId)?.keys() ?? [])]
          : [Number(associateId)];
      for (const user of users) remove(tenantId, user);
    },
    async stop() {
      stopping.abort();
      await Promise.all(working);
    },
  };
}

/** The licenses of the tenant are read once for all of its users; the cache knows whether they are due. */
async function refreshTenant(
  { licenses }: { licenses: LicenseSnapshots },
  tenant: Tenant | null,
): Promise<void> {
  // A failure is logged, and the pages show that the data is old.
  if (tenant?.status === 'active') await licenses.getTenantLicenses(tenant).catch(() => null);
}

/** Reads and saves the principal of one sign-in, unless that is no longer wanted or another process has done it. */
function createReadOnce(deps: Parameters<typeof createRefreshAfterSignIn>[0]) {
  const { tenants, licenses, sessionCutoffs, webApi, log, now } = deps;

  async function isActive({ tenantId, associateId, signedInAt }: RecentSignIn): Promise<Tenant | null> {
    const tenant = await tenants.findCached(tenantId);
    if (tenant?.status !== 'active') return null;
    return signedInAt < (await sessionCutoffs.notBefore(tenantId, associateId)) ? null : tenant;
  }

  async function isDue(tenant: Tenant, { associateId, signedInAt }: RecentSignIn): Promise<boolean> {
    if (now() - signedInAt > usableForMs) return false;
    const kept = await licenses.getKeptUserLicenses(tenant, associateId);
    return (kept?.content.functionRightsReadAt ?? 0) < signedInAt;
  }

  return async (signIn: RecentSignIn, isWanted: (signIn: RecentSignIn) => boolean): Promise<Outcome> => {
    const { tenantId, associateId, accessToken } = signIn;
    try {
      const tenant = await isActive(signIn);
      if (tenant === null || !(await isDue(tenant, signIn))) return 'done';
      const principal = await readCurrentPrincipal(
        webApi.asUser(tenantId, accessToken, { onlyIfSpare: true }),
      );
      // The user may have been removed, or have left, during the read.
      if (!isWanted(signIn) || (await isActive(signIn)) === null) return 'done';
      if (isPrincipalOf(signIn, principal)) await licenses.saveUserLicenses(tenant, principal);
      return 'done';
    } catch (error) {
      if (!(error instanceof SuperOfficeError)) throw error;
      if (error.code === 'too-many-calls') return 'busy';
      log.warn({ tenantId, associateId, reason: error.message }, 'reading the principal failed');
      return outages.includes(error.code) ? 'outage' : 'done';
    }
  };
}
