import type { WithLock } from '../coordination/keyed-mutex.ts';
import type { TenantLicenses, UserLicenses } from '../licensing/licenses/license-data.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import {
  type CachedSnapshot,
  type CacheOutcome,
  type CachePolicy,
  createStaleIfErrorCache,
} from './stale-if-error-cache.ts';

/** Reads license data from SuperOffice; null where it refuses to tell (401/403), which says nothing about licenses. */
export interface LicenseSource {
  readonly tenantLicenses: (tenant: Tenant) => Promise<TenantLicenses | null>;
  readonly userLicenses: (tenant: Tenant, associateId: number) => Promise<UserLicenses | null>;
}

/** License data somebody asked for, and where it was found. */
export interface CacheLookup {
  readonly scope: 'tenant' | 'user';
  readonly outcome: CacheOutcome;
}

export interface LicenseSnapshots {
  getTenantLicenses(tenant: Tenant): Promise<CachedSnapshot<TenantLicenses> | null>;
  getUserLicenses(tenant: Tenant, associateId: number): Promise<CachedSnapshot<UserLicenses> | null>;
  /** Reads both anew, unless that was done a moment ago: the next `ofTenant` and `ofUser` tell what came of it. */
  refresh(tenant: Tenant, associateId: number): Promise<void>;
  /** Keeps what a user's own sign-in told. */
  saveUserLicenses(tenant: Tenant, licenses: UserLicenses): Promise<void>;
  /**
   * Something changed at a moment (ms): makes sure the tenant's licenses were read after it, and those of a user we know.
   * @throws where SuperOffice does not answer
   */
  refreshIfOlderThan(tenant: Tenant, associateId: number | null, moment: number): Promise<void>;
  /** Forgets in memory what another process read: `Cust12345`, or `Cust12345/5` for a user's. */
  invalidate(key: string): void;
  /** Forgets all that is in memory. */
  invalidateAll(): void;
  /** Deletes what is kept of a user who is no more. */
  removeUser(tenant: Tenant, associateId: number): Promise<void>;
}

/**
 * Plans change seldom and take effect at the next sign-in (docs/superoffice/user-plans.md#11-administration),
 * which reads anew anyway.
 */
export const licenseCachePolicy: CachePolicy = {
  maxAgeMs: 10 * 60_000,
  retryAfterMs: 30_000,
  negativeTtlMs: 3_000,
  minRefreshIntervalMs: 20_000,
};

/** License data of tenants and users, each as the last good snapshot. */
export function createLicenseSnapshots(deps: {
  store: SnapshotStore;
  read: LicenseSource;
  /** What changed from one reading to the next. */
  changes: (before: TenantLicenses, after: TenantLicenses) => LicenseChange[];
  locks: WithLock;
  ages: CachePolicy;
  /** The size of the cache of tenants' licenses, and of that of users' licenses. */
  maxBytes: { readonly tenants: number; readonly users: number };
  now: () => number;
  onLookup: (licenseIndex: CacheLookup) => void;
  onFailed: (about: {
    what: 'read' | 'save';
    tenantId: string;
    associateId?: number;
    error: unknown;
  }) => void;
}): LicenseSnapshots {
  const { store, read, changes, locks, ages, maxBytes, now, onFailed, onLookup } = deps;

  const tenants = createStaleIfErrorCache<TenantLicenses, { tenant: Tenant }>(
    {
      key: ({ tenant }) => tenant.tenantId,
      load: ({ tenant }) => store.latest(tenant.tenantId),
      fetch: ({ tenant }) => read.tenantLicenses(tenant),
      save: ({ tenant }, snapshot, before) =>
        store.saveTenant(
          tenant.tenantId,
          snapshot,
          before === null ? [] : changes(before.content, snapshot.content),
        ),
      withLock: ({ tenant }, work) => locks(`licenses ${tenant.tenantId}`, work),
      onFailed: (what, { tenant }, error) => onFailed({ what, tenantId: tenant.tenantId, error }),
      onOutcome: (found) => onLookup({ scope: 'tenant', outcome: found }),
    },
    { ages, now, maxBytes: maxBytes.tenants },
  );

  const users = createStaleIfErrorCache<UserLicenses, { tenant: Tenant; associateId: number }>(
    {
      key: ({ tenant, associateId }) => `${tenant.tenantId}/${associateId}`,
      load: ({ tenant, associateId }) => store.latest(tenant.tenantId, associateId),
      fetch: async ({ tenant, associateId }) => {
        const fresh = await read.userLicenses(tenant, associateId);
        // Asked for only now: the user may have signed in while SuperOffice was being asked.
        const kept = await store.latest<UserLicenses>(tenant.tenantId, associateId);
        return withKnownRights(fresh, kept?.content ?? null);
      },
      save: ({ tenant, associateId }, snapshot) => store.save(tenant.tenantId, snapshot, associateId),
      withLock: ({ tenant, associateId }, work) => locks(`licenses ${tenant.tenantId}/${associateId}`, work),
      onFailed: (what, { tenant, associateId }, error) =>
        onFailed({ what, tenantId: tenant.tenantId, associateId, error }),
      onOutcome: (found) => onLookup({ scope: 'user', outcome: found }),
    },
    { ages, now, maxBytes: maxBytes.users },
  );

  return {
    getTenantLicenses: (tenant) => tenants.get({ tenant }),
    getUserLicenses: (tenant, associateId) => users.get({ tenant, associateId }),
    async refresh(tenant, associateId) {
      await Promise.all([tenants.refresh({ tenant }), users.refresh({ tenant, associateId })]);
    },
    async refreshIfOlderThan(tenant, associateId, moment) {
      await tenants.refreshIfOlderThan({ tenant }, moment);
      if (associateId === null) return;
      const known =
        users.inMemory({ tenant, associateId }) ?? (await store.latest(tenant.tenantId, associateId));
      if (known !== null) await users.refreshIfOlderThan({ tenant, associateId }, moment);
    },
    invalidate: (key) => (key.includes('/') ? users : tenants).invalidate(key),
    invalidateAll() {
      tenants.invalidateAll();
      users.invalidateAll();
    },
    async removeUser({ tenantId }, associateId) {
      await store.remove(tenantId, associateId);
      users.invalidate(`${tenantId}/${associateId}`);
    },
    saveUserLicenses: (tenant, licenses) =>
      users.set({ tenant, associateId: licenses.associateId }, licenses),
  };
}

/** Function rights are told only at a user's own sign-in; a refresh by the system user must not lose them. */
function withKnownRights(fresh: UserLicenses | null, kept: UserLicenses | null): UserLicenses | null {
  return fresh && { ...fresh, functionRights: fresh.functionRights ?? kept?.functionRights ?? null };
}
