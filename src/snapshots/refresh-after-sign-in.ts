import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError, type ErrorCode } from '../errors.ts';
import { isPrincipalOf, readCurrentPrincipal } from '../superoffice/api/principal.ts';
import type { WebApi } from '../superoffice/api/web-api.ts';
import { SuperOfficeError, type SuperOfficeErrorCode } from '../superoffice/transport/superoffice-error.ts';
import type { SessionCutoffStore } from '../tenants/session-cutoff-store.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { LicenseSnapshots } from './license-snapshots.ts';
import type { UserKnownBy } from './snapshot-store.ts';

/** A completed sign-in whose user's data are still to be read. */
interface RecentSignIn {
  readonly tenantId: string;
  readonly associateId: number;
  /** A secret of the user; kept in memory until the data are read. */
  readonly accessToken: string;
  /** Ms since 1970. */
  readonly signedInAt: number;
  /** What tells, once the data are read, that they were not erased since. */
  readonly knownBy: UserKnownBy;
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

/** How soon and how fast sign-ins are processed. */
export interface RefreshPace {
  /** The page of the sign-in comes first, ms. */
  readonly settleMs: number;
  /** The pause after the limit of calls left nothing to spare, ms. */
  readonly busyMs: number;
  /** The pause after SuperOffice or the database did not answer, ms. */
  readonly outageMs: number;
}

/** The pace of a running app. */
export const refreshPace: RefreshPace = { settleMs: 2_000, busyMs: 250, outageMs: 10_000 };

/** Sign-ins that wait in one process; about 1 kB each. Those beyond it are read at the next sign-in, within an hour. */
const maxWaiting = 20_000;
/** Reads of one tenant at a time: with slow answers, one alone would not use the calls that may be made. */
const concurrentReads = 4;
/** An access token is valid for 20 minutes at least (docs/superoffice/web-api.md#2-headers-and-credentials), ms. */
const usableForMs = 15 * 60_000;

const outages: readonly (SuperOfficeErrorCode | ErrorCode)[] = [
  'database-unavailable',
  'unreachable',
  'timeout',
  'server-error',
  'throttled',
  'circuit-open',
];

/** What came of one sign-in: `busy` and `outage` are tried again. */
type Outcome = 'done' | 'busy' | 'outage';

/** A sign-in that waits, and when its page has had its time, ms on the clock of `performance.now`. */
interface Waiting {
  readonly signIn: RecentSignIn;
  readonly dueAt: number;
}

/** The waiting sign-ins of a tenant, oldest first, by user. One that is being read stays until it is done. */
type Queue = Map<number, Waiting>;

interface RefreshDeps {
  readonly tenants: TenantStore;
  readonly licenses: LicenseSnapshots;
  readonly sessionCutoffs: SessionCutoffStore;
  readonly webApi: WebApi;
  readonly log: Logger;
  /** Ms since 1970. */
  readonly now: () => number;
  readonly pace: RefreshPace;
}

/**
 * Creates the reader. It keeps the sign-ins in memory, because they carry access tokens: what a process does not read
 * before it stops, the next sign-in brings. Its calls take only what others leave of the limit.
 */
export function createRefreshAfterSignIn(deps: RefreshDeps): RefreshAfterSignIn {
  const { tenants, licenses, log, pace } = deps;
  const queues = new Map<string, Queue>();
  const working = new Set<Promise<void>>();
  const stopping = new AbortController();
  const read = createReadOnce(deps);
  let size = 0;

  function add(queue: Queue, waiting: Waiting): void {
    queue.set(waiting.signIn.associateId, waiting);
    size += 1;
  }

  function remove(queue: Queue | undefined, associateId: number): void {
    if (queue?.delete(associateId)) size -= 1;
  }

  /** Reads the next sign-ins that are due. @returns the pause until the next ones, ms */
  async function readNext(queue: Queue): Promise<number> {
    const first = [...queue.values()].slice(0, concurrentReads);
    const due = first.filter(({ dueAt }) => dueAt <= performance.now());
    if (due.length === 0)
      return Math.max(0, Math.min(...first.map(({ dueAt }) => dueAt)) - performance.now());
    const isWaiting = (each: Waiting) => queue.get(each.signIn.associateId) === each;
    const outcomes = await Promise.all(due.map((each) => read(each.signIn, () => isWaiting(each))));
    for (const [index, each] of due.entries()) {
      if (!isWaiting(each) || outcomes[index] === 'busy') continue;
      remove(queue, each.signIn.associateId);
      // At the end, so that one user whose read fails does not hold up the others.
      if (outcomes[index] === 'outage') add(queue, each);
    }
    if (outcomes.includes('outage')) return pace.outageMs;
    return outcomes.includes('busy') ? pace.busyMs : 0;
  }

  /** Once for all users. A failure is logged, and the pages show that the data is old. */
  async function readTenantIfOld(tenantId: string): Promise<void> {
    const tenant = await tenants.findCached(tenantId).catch(() => null);
    if (tenant?.status === 'active') await licenses.getTenantLicenses(tenant).catch(() => null);
  }

  async function work(tenantId: string, queue: Queue): Promise<void> {
    const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal, ref: false });
    await pause(pace.settleMs);
    await readTenantIfOld(tenantId);
    while (queue.size > 0) await pause(await readNext(queue));
    // At once, so that a sign-in from now on starts the work again.
    queues.delete(tenantId);
  }

  function start(tenantId: string): Queue {
    const queue: Queue = new Map();
    queues.set(tenantId, queue);
    const ended = work(tenantId, queue)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) log.warn({ err: error, tenantId }, 'reading after sign-ins failed');
      })
      .finally(() => {
        for (const associateId of [...queue.keys()]) remove(queue, associateId);
        if (queues.get(tenantId) === queue) queues.delete(tenantId);
        working.delete(ended);
      });
    working.add(ended);
    return queue;
  }

  return {
    request(signIn) {
      const { tenantId, associateId } = signIn;
      if (stopping.signal.aborted || size >= maxWaiting) return;
      const queue = queues.get(tenantId) ?? start(tenantId);
      const waiting = queue.get(associateId);
      // In its place, so that a user who signs in over and over is read nevertheless.
      if (waiting !== undefined) queue.set(associateId, { ...waiting, signIn });
      else add(queue, { signIn, dueAt: performance.now() + pace.settleMs });
    },
    forget(key) {
      const [tenantId = '', associateId] = key.split('/');
      const queue = queues.get(tenantId);
      const users = associateId === undefined ? [...(queue?.keys() ?? [])] : [Number(associateId)];
      for (const user of users) remove(queue, user);
    },
    async stop() {
      stopping.abort();
      await Promise.all(working);
    },
  };
}

/** Reads and saves the principal of one sign-in, unless that is no longer wanted or another process has done it. */
function createReadOnce({ tenants, licenses, sessionCutoffs, webApi, log, now }: RefreshDeps) {
  /** Null if the tenant is not served any more, or the session of the sign-in has ended. */
  async function findTenant({ tenantId, associateId, signedInAt }: RecentSignIn): Promise<Tenant | null> {
    const tenant = await tenants.findCached(tenantId);
    if (tenant?.status !== 'active') return null;
    return signedInAt < (await sessionCutoffs.notBefore(tenantId, associateId)) ? null : tenant;
  }

  async function isDue(tenant: Tenant, { associateId, signedInAt }: RecentSignIn): Promise<boolean> {
    if (now() - signedInAt > usableForMs) return false;
    const kept = await licenses.getKeptUserLicenses(tenant, associateId);
    return (kept?.content.functionRightsReadAt ?? 0) < signedInAt;
  }

  async function readAndSave(signIn: RecentSignIn, isWanted: () => boolean): Promise<void> {
    const tenant = await findTenant(signIn);
    if (tenant === null || !(await isDue(tenant, signIn))) return;
    const principal = await readCurrentPrincipal(webApi.asUser(signIn.tenantId, signIn.accessToken, 'spare'));
    // The session may have ended during the read. A removal may not be known to this process yet: the store checks it.
    const isActive = isWanted() && (await findTenant(signIn)) !== null;
    if (isActive && isPrincipalOf(signIn, principal))
      await licenses.saveUserLicenses(tenant, principal, signIn.knownBy);
  }

  return async (signIn: RecentSignIn, isWanted: () => boolean): Promise<Outcome> => {
    try {
      await readAndSave(signIn, isWanted);
      return 'done';
    } catch (error) {
      if (!(error instanceof SuperOfficeError || error instanceof AppError)) throw error;
      if (error.code === 'too-many-calls') return 'busy';
      const { tenantId, associateId } = signIn;
      log.warn({ tenantId, associateId, reason: error.message }, 'reading the principal failed');
      return outages.includes(error.code) ? 'outage' : 'done';
    }
  };
}
