import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';
import { mayStoreUserData } from '../tenants/user-data.ts';
import { saveLicenseChanges } from './license-history.ts';

/** Data read from SuperOffice, and when the read started (ms since 1970). */
export interface Snapshot<T> {
  readonly content: T;
  readonly readAt: number;
}

/**
 * Stores the last license data of each tenant and user, so that a page can show it when SuperOffice is unavailable.
 * Every change is published on `snapshotChannel`.
 */
export interface SnapshotStore {
  /** The stored data of a tenant, or of one of its users; null when there is none in the current format. */
  latest<T>(tenantId: string, associateId?: number): Promise<Snapshot<T> | null>;
  /**
   * Replaces the data of a user, unless the user has left (`mayStoreUserData`); a user who has just signed in has not.
   */
  saveUser<T>(
    tenantId: string,
    snapshot: Snapshot<T>,
    user: { readonly associateId: number; readonly signedIn: boolean },
  ): Promise<void>;
  /** Replaces the data of a tenant and records the changes in one transaction: none is lost or recorded twice. */
  saveTenant<T>(tenantId: string, snapshot: Snapshot<T>, changes: readonly LicenseChange[]): Promise<void>;
}

/** The version of the stored content: increase it when TenantLicenses or UserLicenses change, so that data is read again. */
const format = 3;
/** The associate id of tenant data; SuperOffice's associate ids start at 1. */
const tenantAssociateId = 0;

/** The NOTIFY channel of changed snapshots; the payload is a `snapshotKey`. */
export const snapshotChannel = 'planlens_snapshots';

/** The key of a snapshot: `Cust12345` for a tenant, `Cust12345/5` for a user. */
export function snapshotKey(tenantId: string, associateId: number = tenantAssociateId): string {
  return associateId === tenantAssociateId ? tenantId : `${tenantId}/${associateId}`;
}

/** Creates the store. */
export function createSnapshotStore(db: Database): SnapshotStore {
  async function publishChange(tenantId: string, associateId: number): Promise<void> {
    await sql`select pg_notify(${snapshotChannel}, ${snapshotKey(tenantId, associateId)})`.execute(db);
  }

  async function save<T>(
    tenantId: string,
    snapshot: Snapshot<T>,
    { associateId, mayStore }: { associateId: number; mayStore: (db: Database) => Promise<boolean> },
    changes: readonly LicenseChange[],
  ): Promise<void> {
    const row = { format, read_at: new Date(snapshot.readAt), content: JSON.stringify(snapshot.content) };
    const isStored = await db.transaction().execute(async (transaction) => {
      if (!(await mayStore(transaction))) return false;
      await transaction
        .insertInto('license_snapshots')
        .values({ context_identifier: tenantId, associate_id: associateId, ...row })
        .onConflict((conflict) => conflict.columns(['context_identifier', 'associate_id']).doUpdateSet(row))
        .execute();
      await saveLicenseChanges(
        transaction,
        {
          tenantId,
          associateId: associateId === tenantAssociateId ? null : associateId,
          detectedAt: snapshot.readAt,
        },
        changes,
      );
      return true;
    });
    if (isStored) await publishChange(tenantId, associateId);
  }

  return {
    async latest<T>(tenantId: string, associateId = tenantAssociateId) {
      const row = await db
        .selectFrom('license_snapshots')
        .select(['content', 'read_at'])
        .where('context_identifier', '=', tenantId)
        .where('associate_id', '=', associateId)
        .where('format', '=', format)
        .executeTakeFirst();
      return row === undefined ? null : { content: row.content as T, readAt: row.read_at.getTime() };
    },

    saveUser(tenantId, snapshot, { associateId, signedIn }) {
      const mayStore = async (transaction: Database) =>
        signedIn || mayStoreUserData(transaction, { tenantId, associateId }, snapshot.readAt);
      return save(tenantId, snapshot, { associateId, mayStore }, []);
    },

    saveTenant: (tenantId, snapshot, changes) =>
      save(tenantId, snapshot, { associateId: tenantAssociateId, mayStore: async () => true }, changes),
  };
}
