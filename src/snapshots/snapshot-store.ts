import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';
import { saveLicenseChanges } from './license-history.ts';

/** Something read from SuperOffice, and when (ms since 1970). */
export interface Snapshot<T> {
  readonly content: T;
  readonly readAt: number;
}

/** The shape of what we keep; raise it when TenantLicenses or UserLicenses change, and old rows are read anew. */
const format = 3;
/** The row of the tenant itself; associates count from 1. */
const tenantItself = 0;

/** On it processes tell each other which snapshot changed: `Cust12345`, or `Cust12345/5` for a user's. */
export const snapshotChannel = 'planlens_snapshots';

export type SnapshotStore = ReturnType<typeof createSnapshotStore>;

/** The last good license data per tenant and per user, so that a page can always be shown with its date. */
export function createSnapshotStore(db: Database) {
  /** The memories of all processes are told what to forget. */
  async function tell(tenantId: string, associateId: number): Promise<void> {
    const key = associateId === tenantItself ? tenantId : `${tenantId}/${associateId}`;
    await sql`select pg_notify(${snapshotChannel}, ${key})`.execute(db);
  }

  async function save<T>(
    tenantId: string,
    snapshot: Snapshot<T>,
    associateId: number,
    changes: readonly LicenseChange[],
  ): Promise<void> {
    const row = { format, read_at: new Date(snapshot.readAt), content: JSON.stringify(snapshot.content) };
    await db.transaction().execute(async (step) => {
      await step
        .insertInto('license_snapshots')
        .values({ context_identifier: tenantId, associate_id: associateId, ...row })
        .onConflict((conflict) => conflict.columns(['context_identifier', 'associate_id']).doUpdateSet(row))
        .execute();
      await saveLicenseChanges(
        step,
        { tenantId, associateId: associateId || null, foundAt: snapshot.readAt },
        changes,
      );
    });
    await tell(tenantId, associateId);
  }

  return {
    async latest<T>(tenantId: string, associateId = tenantItself): Promise<Snapshot<T> | null> {
      const row = await db
        .selectFrom('license_snapshots')
        .select(['content', 'read_at'])
        .where('context_identifier', '=', tenantId)
        .where('associate_id', '=', associateId)
        .where('format', '=', format)
        .executeTakeFirst();
      return row === undefined ? null : { content: row.content as T, readAt: row.read_at.getTime() };
    },

    /** Keeps a user's data. */
    save: <T>(tenantId: string, snapshot: Snapshot<T>, associateId: number) =>
      save(tenantId, snapshot, associateId, []),

    /** Keeps a tenant's data, and what changed with it in the same step: no change is lost, and none is kept twice. */
    saveTenant: <T>(tenantId: string, snapshot: Snapshot<T>, changes: readonly LicenseChange[]) =>
      save(tenantId, snapshot, tenantItself, changes),

    async remove(tenantId: string, associateId: number): Promise<void> {
      await db
        .deleteFrom('license_snapshots')
        .where('context_identifier', '=', tenantId)
        .where('associate_id', '=', associateId)
        .execute();
      await tell(tenantId, associateId);
    },
  };
}
