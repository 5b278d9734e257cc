import type { InTurn } from '../coordination/keyed-mutex.ts';
import type { TenantLicenses, UserLicenses } from '../licensing/licenses/license-data.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';
import type { Tenant } from '../tenants/tenant-store.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { createLastGood, type DatedSnapshot, type Found, type SnapshotAges } from './stale-if-error-cache.ts';

/** Reads license data from SuperOffice; null where it refuses to tell (401/403), which says nothing about licenses. */
export interface LicenseReaders {
  readonly tenantLicenses: (tenant: Tenant) => Promise<TenantLicenses | null>;
  readonly userLicenses: (tenant: Tenant, associateId: number) => Promise<UserLicenses | null>;
}

/** License data somebody asked for, and where it was found. */
export interface LookedUp {
  readonly of: 'tenant' | 'user';
  readonly found: Found;
}

export interface LicenseSnapshots {
  ofTenant(tenant: Tenant): Promise<DatedSnapshot<TenantLicenses> | null>;
  ofUser(tenant: Tenant, associateId: number): Promise<DatedSnapshot<UserLicenses> | null>;
  /** Reads both anew, unless that was done a moment ago: the next `ofTenant` and `ofUser` tell what came of it. */
  renew(tenant: Tenant, associateId: number): Promise<void>;
  /** Keeps what a user's own sign-in told. */
  putUser(tenant: Tenant, licenses: UserLicenses): Promise<void>;
  /**
   * Something changed at a moment (ms): makes sure the tenant's licenses were read after it, and those of a user we know.
   * @throws where SuperOffice does not answer
   */
  readSince(tenant: Tenant, associateId: number | null, moment: number): Promise<void>;
  /** Forgets in memory what another process read: `Cust12345`, or `Cust12345/5` for a user's. */
  changedElsewhere(key: string): void;
  /** Forgets all that is in memory. */
  forgetRemembered(): void;
  /** Deletes what is kept of a user who is no more. */
  forgetUser(tenant: Tenant, associateId: number): Promise<void>;
}

/** Plans change seldom and take effect at the next sign-in (user-plans.md section 11), which reads anew anyway. */
export const snapshotAges: SnapshotAges = {
  maxAgeMs: 10 * 60_000,
  retryAfterMs: 30_000,
  retryAfterNothingMs: 3_000,
  renewAfterMs: 20_000,
};

/** License data of tenants and users, each as the last good snapshot. */
export function createLicenseSnapshots(deps: {
  store: SnapshotStore;
  read: LicenseReaders;
  /** What changed from one reading to the next. */
  changes: (before: TenantLicenses, after: TenantLicenses) => LicenseChange[];
  locks: InTurn;
  ages: SnapshotAges;
  /** The most that tenants' licenses, and that users', may take in memory. */
  maxBytes: number;
  now: () => number;
  onLookup: (lookup: LookedUp) => void;
  onFailed: (about: { what: 'read' | 'save'; ctx: string; associateId?: number; error: unknown }) => void;
}): LicenseSnapshots {
  const { store, read, changes, locks, ages, maxBytes, now, onFailed, onLookup } = deps;

  const tenants = createLastGood<TenantLicenses, { tenant: Tenant }>(
    {
      key: ({ tenant }) => tenant.ctx,
      kept: ({ tenant }) => store.latest(tenant.ctx),
      read: ({ tenant }) => read.tenantLicenses(tenant),
      save: ({ tenant }, snapshot, before) =>
        store.saveTenant(
          tenant.ctx,
          snapshot,
          before === null ? [] : changes(before.content, snapshot.content),
        ),
      inTurn: ({ tenant }, work) => locks(`licenses ${tenant.ctx}`, work),
      onFailed: (what, { tenant }, error) => onFailed({ what, ctx: tenant.ctx, error }),
      onFound: (found) => onLookup({ of: 'tenant', found }),
    },
    { ages, now, maxBytes },
  );

  const users = createLastGood<UserLicenses, { tenant: Tenant; associateId: number }>(
    {
      key: ({ tenant, associateId }) => `${tenant.ctx}/${associateId}`,
      kept: ({ tenant, associateId }) => store.latest(tenant.ctx, associateId),
      read: async ({ tenant, associateId }) => {
        const fresh = await read.userLicenses(tenant, associateId);
        // Asked for only now: the user may have signed in while SuperOffice was being asked.
        const kept = await store.latest<UserLicenses>(tenant.ctx, associateId);
        return withKnownRights(fresh, kept?.content ?? null);
      },
      save: ({ tenant, associateId }, snapshot) => store.save(tenant.ctx, snapshot, associateId),
      inTurn: ({ tenant, associateId }, work) => locks(`licenses ${tenant.ctx}/${associateId}`, work),
      onFailed: (what, { tenant, associateId }, error) =>
        onFailed({ what, ctx: tenant.ctx, associateId, error }),
      onFound: (found) => onLookup({ of: 'user', found }),
    },
    { ages, now, maxBytes },
  );

  return {
    ofTenant: (tenant) => tenants.get({ tenant }),
    ofUser: (tenant, associateId) => users.get({ tenant, associateId }),
    async renew(tenant, associateId) {
      await Promise.all([tenants.renew({ tenant }), users.renew({ tenant, associateId })]);
    },
    async readSince(tenant, associateId, moment) {
      await tenants.readSince({ tenant }, moment);
      if (associateId === null) return;
      const known = users.inMemory({ tenant, associateId }) ?? (await store.latest(tenant.ctx, associateId));
      if (known !== null) await users.readSince({ tenant, associateId }, moment);
    },
    changedElsewhere: (key) => (key.includes('/') ? users : tenants).forget(key),
    forgetRemembered() {
      tenants.forgetAll();
      users.forgetAll();
    },
    async forgetUser({ ctx }, associateId) {
      await store.remove(ctx, associateId);
      users.forget(`${ctx}/${associateId}`);
    },
    putUser: (tenant, licenses) => users.put({ tenant, associateId: licenses.associateId }, licenses),
  };
}

/** Function rights are told only at a user's own sign-in; a refresh by the system user must not lose them. */
function withKnownRights(fresh: UserLicenses | null, kept: UserLicenses | null): UserLicenses | null {
  return fresh && { ...fresh, functionRights: fresh.functionRights ?? kept?.functionRights ?? null };
}
