import type { WithLock } from '../coordination/keyed-mutex.ts';
import type { TenantLicenses, UserLicenses } from '../licensing/licenses/license-data.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';
import type { Principal } from '../superoffice/api/principal.ts';
import type { CallTurn } from '../superoffice/api/web-api.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { createShareRows, type ShareRows } from './share-rows.ts';
import { type SnapshotStore, snapshotKey, type UserKnownBy } from './snapshot-store.ts';
import {
  type CachedSnapshot,
  type CacheOutcome,
  type CachePolicy,
  createStaleIfErrorCache,
  type RefreshResult,
  type StaleIfErrorCache,
} from './stale-if-error-cache.ts';

/** Reads license data from SuperOffice. A refusal (401/403) gives null, which does not mean that there are no licenses. */
export interface LicenseSource {
  readonly tenantLicenses: (tenant: Tenant) => Promise<TenantLicenses | null>;
  readonly userLicenses: (
    tenant: Tenant,
    associateId: number,
    turn: CallTurn,
  ) => Promise<UserLicenses | null>;
}

/** The licenses of a user as they are kept, with what only the user's own sign-in reports. */
export interface KeptUserLicenses extends UserLicenses {
  /** When the function rights were reported, ms since 1970; missing if a version before this one stored them. */
  readonly functionRightsReadAt?: number;
  /** The user's full name in SuperOffice. */
  readonly name?: string;
}

/** One lookup of license data, for metrics. */
export interface CacheLookup {
  readonly scope: 'tenant' | 'user';
  readonly outcome: CacheOutcome;
}

/** What pages and flags of a user rest on. */
interface LicensesInMemory {
  readonly tenantLicenses: CachedSnapshot<TenantLicenses>;
  readonly userLicenses: CachedSnapshot<UserLicenses>;
}

/** The cached license data of tenants and their users, null when SuperOffice refuses to report it. */
export interface LicenseSnapshots {
  /** @throws the error of the read when nothing is stored */
  getTenantLicenses(tenant: Tenant): Promise<CachedSnapshot<TenantLicenses> | null>;
  /** @throws the error of the read when nothing is stored */
  getUserLicenses(
    tenant: Tenant,
    associateId: number,
    turn?: CallTurn,
  ): Promise<CachedSnapshot<KeptUserLicenses> | null>;
  /** The licenses of a tenant and of a user, if both are in memory and may be shown; null otherwise. Reads nothing. */
  getFromMemory(tenant: Tenant, associateId: number): LicensesInMemory | null;
  /** As they are kept, however old; null if they are not. Sends no request. */
  getKeptTenantLicenses(tenant: Tenant): Promise<CachedSnapshot<TenantLicenses> | null>;
  /** As they are kept, however old; null if they are not. Sends no request. */
  getKeptUserLicenses(tenant: Tenant, associateId: number): Promise<CachedSnapshot<KeptUserLicenses> | null>;
  /** The licenses of some users as they are stored, however old, by associate id. Sends no request. */
  getStoredUserLicenses(
    tenantId: string,
    associateIds: readonly number[],
  ): Promise<ReadonlyMap<number, UserLicenses>>;
  /** Reads both again unless they were read recently. A failed read does not throw; the next get reports it. */
  refresh(tenant: Tenant, associateId: number): Promise<RefreshResult>;
  /** Stores what the user's own access token read, unless it tells less than what is stored or the user is gone. */
  saveUserLicenses(
    tenant: Tenant,
    principal: Pick<Principal, 'name' | 'licenses'>,
    knownBy: UserKnownBy,
  ): Promise<void>;
  /**
   * Ensures that the tenant's licenses, or those of a user if they are stored, were read after a timestamp (ms since
   * 1970).
   * @throws when SuperOffice is unavailable
   */
  refreshIfOlderThan(tenant: Tenant, associateId: number | null, timestamp: number): Promise<void>;
  /** Of some users of a tenant, those whose licenses are stored, however old. */
  findKnownUsers(tenantId: string, associateIds: readonly number[]): Promise<readonly number[]>;
  /**
   * Lets the licenses of users be read again when they are asked for next, unless they were read after a timestamp (ms since
   * 1970). Sends no request.
   */
  expireUsers(tenantId: string, associateIds: readonly number[], timestamp: number): Promise<void>;
  /** When the tenant's licenses were last read, ms since 1970; 0 if they are not stored. */
  findTenantReadAt(tenant: Tenant): Promise<number>;
  /** Removes an entry from memory because another process changed it; takes a `snapshotKey`. */
  invalidate(key: string): void;
  /** Removes the entries of a removed tenant (`Cust12345`) or user (`Cust12345/5`) from memory. */
  invalidateRemoved(key: string): void;
  invalidateAll(): void;
  /** Waits until what was read is stored: pages do not wait for it. */
  flush(): Promise<void>;
}

/**
 * Plans change rarely and take effect at the next sign-in (docs/superoffice/user-plans.md#11-administration), after which
 * the licenses are read again.
 */
export const licenseCachePolicy: CachePolicy = {
  maxAgeMs: 10 * 60_000,
  retryAfterMs: 30_000,
  negativeTtlMs: 3_000,
  patienceMs: 1_500,
  refreshPatienceMs: 10_000,
  minRefreshIntervalMs: 20_000,
};

/** The clock of another process may be behind by this, ms. */
const clockDifferenceMs = 5_000;

/** Of two reads, the first of these outcomes counts. */
const outcomesByWeight = ['failed', 'read'] as const;

interface UserItem {
  readonly tenant: Tenant;
  readonly associateId: number;
  /** What tells that the user is not gone; the list of users if it is missing. */
  readonly knownBy?: UserKnownBy;
  readonly turn?: CallTurn;
}

interface LicenseSnapshotsDeps {
  readonly store: SnapshotStore;
  readonly source: LicenseSource;
  /** Compares two consecutive reads. */
  readonly diff: (before: TenantLicenses, after: TenantLicenses) => LicenseChange[];
  readonly locks: WithLock;
  readonly policy: CachePolicy;
  /** Memory limits of tenant licenses and of user licenses. */
  readonly maxBytes: { readonly tenants: number; readonly users: number };
  /** Ms since 1970. */
  readonly now: () => number;
  readonly onLookup: (lookup: CacheLookup) => void;
  readonly onFailed: (failure: {
    what: 'read' | 'save';
    tenantId: string;
    associateId?: number;
    error: unknown;
  }) => void;
}

/** Creates one stale-if-error cache for tenants and one for users. */
export function createLicenseSnapshots(deps: LicenseSnapshotsDeps): LicenseSnapshots {
  const { store } = deps;
  const share = createShareRows();
  const tenantCache = createTenantCache({ ...deps, share });
  const userCache = createUserCache({ ...deps, share });

  return {
    getTenantLicenses: (tenant) => tenantCache.get(tenant),
    getUserLicenses: (tenant, associateId, turn = 'any') => userCache.get({ tenant, associateId, turn }),
    getFromMemory(tenant, associateId) {
      const tenantLicenses = tenantCache.peek(tenant);
      const userLicenses = userCache.peek({ tenant, associateId });
      if (tenantLicenses === null || userLicenses === null) return null;
      deps.onLookup({ scope: 'tenant', outcome: 'memory' });
      deps.onLookup({ scope: 'user', outcome: 'memory' });
      return { tenantLicenses, userLicenses };
    },
    getKeptTenantLicenses: (tenant) => tenantCache.getKept(tenant),
    getKeptUserLicenses: (tenant, associateId) => userCache.getKept({ tenant, associateId }),
    getStoredUserLicenses: (tenantId, associateIds) => store.latestOfUsers(tenantId, associateIds),
    async refresh(tenant, associateId) {
      const results = await Promise.all([
        tenantCache.refresh(tenant),
        userCache.refresh({ tenant, associateId }),
      ]);
      const found = new Set(results.map((result) => result.outcome));
      return {
        outcome: outcomesByWeight.find((outcome) => found.has(outcome)) ?? 'too-soon',
        againInMs: Math.max(...results.map((result) => result.againInMs)),
      };
    },
    async refreshIfOlderThan(tenant, associateId, timestamp) {
      if (associateId === null) return tenantCache.refreshIfOlderThan(tenant, timestamp);
      const user = { tenant, associateId };
      const existing = userCache.peek(user) ?? (await store.latest(tenant.tenantId, associateId));
      if (existing !== null) await userCache.refreshIfOlderThan(user, timestamp);
    },
    findKnownUsers: (tenantId, associateIds) => store.knownUsers(tenantId, associateIds),
    async expireUsers(tenantId, associateIds, timestamp) {
      const readAt = deps.now() - deps.policy.maxAgeMs - clockDifferenceMs;
      await store.backdateUsers(tenantId, associateIds, { before: timestamp, readAt });
      for (const associateId of associateIds) userCache.invalidate(snapshotKey(tenantId, associateId));
    },
    async findTenantReadAt(tenant) {
      return (tenantCache.peek(tenant) ?? (await store.latest(tenant.tenantId)))?.readAt ?? 0;
    },
    invalidate: (key) => (key.includes('/') ? userCache : tenantCache).invalidate(key),
    invalidateRemoved(key) {
      if (key.includes('/')) return userCache.invalidate(key);
      tenantCache.invalidate(key);
      userCache.invalidatePrefix(`${key}/`);
    },
    invalidateAll() {
      tenantCache.invalidateAll();
      userCache.invalidateAll();
    },
    async flush() {
      await Promise.all([tenantCache.flush(), userCache.flush()]);
    },
    async saveUserLicenses(tenant, { name, licenses }, knownBy) {
      const { associateId } = licenses;
      const stored = await store.latest<KeptUserLicenses>(tenant.tenantId, associateId);
      if (stored !== null && userLicensesTellLess(stored.content, licenses)) return;
      const reported = {
        ...licenses,
        ...(name !== '' && { name }),
        ...(licenses.functionRights !== null && { functionRightsReadAt: deps.now() }),
      };
      const content = withStoredPrincipal(reported, stored?.content ?? null);
      await userCache.set({ tenant, associateId, knownBy }, content);
    },
  };
}

function createTenantCache(
  deps: LicenseSnapshotsDeps & { readonly share: ShareRows },
): StaleIfErrorCache<TenantLicenses, Tenant> {
  const { store, source, diff, locks, onFailed, onLookup } = deps;
  return createStaleIfErrorCache<TenantLicenses, Tenant>(
    {
      key: ({ tenantId }) => snapshotKey(tenantId),
      load: ({ tenantId }) => store.latest(tenantId),
      fetch: source.tenantLicenses,
      tellsLess: tenantLicensesTellLess,
      save: ({ tenantId }, snapshot, previous) =>
        store.saveTenant(
          tenantId,
          snapshot,
          previous,
          previous === null ? [] : diff(previous.content, snapshot.content),
        ),
      withLock: ({ tenantId }, task) => locks(`licenses ${tenantId}`, task),
      onFailed: (what, { tenantId }, error) => onFailed({ what, tenantId, error }),
      onOutcome: (outcome) => onLookup({ scope: 'tenant', outcome }),
    },
    { ...deps, maxBytes: deps.maxBytes.tenants },
  );
}

function createUserCache(
  deps: LicenseSnapshotsDeps & { readonly share: ShareRows },
): StaleIfErrorCache<KeptUserLicenses, UserItem> {
  const { store, source, onFailed, onLookup } = deps;
  const getKey = ({ tenant, associateId }: UserItem) => snapshotKey(tenant.tenantId, associateId);
  return createStaleIfErrorCache<KeptUserLicenses, UserItem>(
    {
      key: getKey,
      load: ({ tenant, associateId }) => store.latest(tenant.tenantId, associateId),
      fetch: async ({ tenant, associateId, turn = 'any' }) => {
        const licenses = await source.userLicenses(tenant, associateId, turn);
        // Loaded after the read: the user may have signed in during the read.
        const stored = await store.latest<KeptUserLicenses>(tenant.tenantId, associateId);
        return licenses && withStoredPrincipal(licenses, stored?.content ?? null);
      },
      tellsLess: userLicensesTellLess,
      save: ({ tenant, associateId, knownBy = 'list' }, snapshot) =>
        store.saveUser(tenant.tenantId, snapshot, { associateId, knownBy }),
      onFailed: (what, { tenant, associateId }, error) =>
        onFailed({ what, tenantId: tenant.tenantId, associateId, error }),
      onOutcome: (outcome) => onLookup({ scope: 'user', outcome }),
    },
    { ...deps, maxBytes: deps.maxBytes.users },
  );
}

/** A tenant seldom loses a module, and an incomplete response often lacks some. */
function tenantLicensesTellLess(kept: TenantLicenses, read: TenantLicenses): boolean {
  const names = new Set(read.modules.map(toIdentity));
  return (kept.complete && !read.complete) || kept.modules.some((row) => !names.has(toIdentity(row)));
}

function toIdentity({ owner, name }: TenantLicenses['modules'][number]): string {
  return `${owner}.${name}`.toLowerCase();
}

/** Fewer licenses in a complete response are a change of the user's plan. */
function userLicensesTellLess(kept: UserLicenses, read: UserLicenses): boolean {
  return kept.complete && !read.complete;
}

/** Only the user's own sign-in reports function rights and the name; a read by the system user must not lose them. */
function withStoredPrincipal(read: KeptUserLicenses, stored: KeptUserLicenses | null): KeptUserLicenses {
  const { functionRights, functionRightsReadAt } = read.functionRights === null ? (stored ?? read) : read;
  const name = read.name ?? stored?.name;
  return {
    ...read,
    functionRights,
    ...(functionRightsReadAt !== undefined && { functionRightsReadAt }),
    ...(name !== undefined && { name }),
  };
}
