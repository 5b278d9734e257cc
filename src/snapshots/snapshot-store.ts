import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { prepared } from '../database/prepared.ts';
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
  /** The stored data of some users of a tenant, by associate id; those without data in the current format are left out. */
  latestOfUsers<T>(tenantId: string, associateIds: readonly number[]): Promise<ReadonlyMap<number, T>>;
  /** Of some users of a tenant, those whose data are stored. */
  knownUsers(tenantId: string, associateIds: readonly number[]): Promise<readonly number[]>;
  /** Dates data of users that were read before `before` to `readAt` at the latest, and publishes it; both in ms since 1970. */
  backdateUsers(
    tenantId: string,
    associateIds: readonly number[],
    times: { readonly before: number; readonly readAt: number },
  ): Promise<void>;
  /** Replaces the data of a user, unless newer data is stored or the user is gone. @returns whether they were stored */
  saveUser<T>(
    tenantId: string,
    snapshot: Snapshot<T>,
    user: { readonly associateId: number; readonly knownBy: UserKnownBy },
  ): Promise<boolean>;
  /**
   * Replaces the data of a tenant and records the changes in one transaction: none is lost or recorded twice. Does nothing
   * if the stored data is no longer `previous`, with which the snapshot was compared. @returns whether they were stored
   */
  saveTenant<T>(
    tenantId: string,
    snapshot: Snapshot<T>,
    previous: Snapshot<unknown> | null,
    changes: readonly LicenseChange[],
  ): Promise<boolean>;
}

/**
 * What tells that a user is not gone. `sign-in`: the user is signing in, or nothing was stored that could have been erased
 * since. `stored-data`: data about the user were stored at the sign-in, so they must be now. `list`: the list of users, while it is new
 * (`mayStoreUserData`).
 */
export type UserKnownBy = 'sign-in' | 'stored-data' | 'list';

/** The version of the stored content: increase it when TenantLicenses or UserLicenses change, so that data is read again. */
const format = 3;
/** The associate id of tenant data; SuperOffice's associate ids start at 1. */
const tenantAssociateId = 0;

/** The NOTIFY channel of changed snapshots; the payload is a `snapshotKey`. */
export const snapshotChannel = 'planlens_snapshots';
/** The NOTIFY channel of user data that were backdated, in addition to `snapshotChannel`; the payload is the same. */
export const backdatedChannel = 'planlens_backdated_snapshots';

/** The key of a snapshot: `Cust12345` for a tenant, `Cust12345/5` for a user. */
export function snapshotKey(tenantId: string, associateId: number = tenantAssociateId): string {
  return associateId === tenantAssociateId ? tenantId : `${tenantId}/${associateId}`;
}

/** Creates the store. */
export function createSnapshotStore(db: Database): SnapshotStore {
  /**
   * Stores and publishes a snapshot in one statement. The content is stored apart from its row, and is most of what a
   * reconciliation would write, so the same content is not written again. @returns false when nothing was stored, because
   * the stored snapshot has the current format and does not meet the condition
   */
  async function upsert(
    transaction: Database,
    tenantId: string,
    associateId: number,
    { readAt, content }: Snapshot<unknown>,
    mayReplace: RawBuilder<boolean>,
  ): Promise<boolean> {
    const { rows } = await sql`
      with saved as (
        insert into license_snapshots as stored (context_identifier, associate_id, format, read_at, content)
        values (${tenantId}, ${associateId}, ${format}, ${new Date(readAt)}, ${JSON.stringify(content)})
        on conflict (context_identifier, associate_id) do update
          set format = excluded.format, read_at = excluded.read_at,
            content = case when stored.content = excluded.content then stored.content else excluded.content end
          where stored.format <> excluded.format or ${mayReplace}
        returning 1
      )
      select pg_notify(${snapshotChannel}, ${snapshotKey(tenantId, associateId)}) from saved`.execute(
      transaction,
    );
    return rows.length > 0;
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

    async latestOfUsers<T>(tenantId: string, associateIds: readonly number[]) {
      if (associateIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('license_snapshots')
        .select(['associate_id', 'content'])
        .where('context_identifier', '=', tenantId)
        .where('associate_id', 'in', associateIds)
        .where('format', '=', format)
        .execute();
      return new Map(rows.map(({ associate_id, content }) => [associate_id, content as T]));
    },

    async knownUsers(tenantId, associateIds) {
      const { rows } = await sql<{ associate_id: number }>`${sql.raw(prepared)}
        select associate_id from license_snapshots
        where context_identifier = ${tenantId} and associate_id = any(${associateIds}::integer[])
          and associate_id <> ${tenantAssociateId}`.execute(db);
      return rows.map((row) => row.associate_id);
    },

    async backdateUsers(tenantId, associateIds, { before, readAt }) {
      await sql`
        with backdated as (
          update license_snapshots set read_at = ${new Date(readAt)}
          where context_identifier = ${tenantId} and associate_id = any(${associateIds}::integer[])
            and associate_id <> ${tenantAssociateId} and read_at < ${new Date(before)} and read_at > ${new Date(readAt)}
          returning ${tenantId} || '/' || associate_id as key
        )
        select pg_notify(${snapshotChannel}, key), pg_notify(${backdatedChannel}, key) from backdated`.execute(
        db,
      );
    },

    async saveUser(tenantId, snapshot, { associateId, knownBy }) {
      // A date in the future comes from a clock that is wrong, and must not keep newer data out.
      const isNewer = sql<boolean>`stored.read_at <= excluded.read_at or stored.read_at > now()`;
      if (knownBy === 'sign-in') return upsert(db, tenantId, associateId, snapshot, isNewer);
      const listAsOf = knownBy === 'list' ? snapshot.readAt : null;
      return db
        .transaction()
        .execute(
          async (transaction) =>
            (await mayStoreUserData(transaction, { tenantId, associateId }, listAsOf)) &&
            (await upsert(transaction, tenantId, associateId, snapshot, isNewer)),
        );
    },

    async saveTenant(tenantId, snapshot, previous, changes) {
      const isPrevious =
        previous === null ? sql<boolean>`false` : sql<boolean>`stored.read_at = ${new Date(previous.readAt)}`;
      if (changes.length === 0) return upsert(db, tenantId, tenantAssociateId, snapshot, isPrevious);
      return db.transaction().execute(async (transaction) => {
        if (!(await upsert(transaction, tenantId, tenantAssociateId, snapshot, isPrevious))) return false;
        const detectedAt = snapshot.readAt;
        await saveLicenseChanges(transaction, { tenantId, associateId: null, detectedAt }, changes);
        return true;
      });
    },
  };
}
