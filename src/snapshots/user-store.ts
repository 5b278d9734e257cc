import type { Lock } from '../coordination/advisory-locks.ts';
import type { Database } from '../database/database.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';
import { eraseUnlistedUsers } from '../tenants/user-data.ts';
import { saveLicenseChanges } from './license-history.ts';

/** A user of a tenant as of the last reconciliation. */
interface TenantUser {
  readonly associateId: number;
  readonly name: string;
  readonly userPlan: string;
}

/** How a list of users was read. */
interface UserListRead {
  /** When the read started, ms since 1970. */
  readonly readAt: number;
  /** False if a row could not be read: then nobody is known to be missing. */
  readonly isComplete: boolean;
}

/** The users of each tenant with their plans, to detect changes between two reconciliations and who has left. */
export interface UserStore {
  listByTenant(tenantId: string): Promise<TenantUser[]>;
  /** When the users of a tenant were last read, ms since 1970; 0 for never. */
  lastReadAt(tenantId: string): Promise<number>;
  /** When a list with this user was last read, ms since 1970; 0 if the last list does not contain the user. */
  listedAt(tenantId: string, associateId: number): Promise<number>;
  /** The first `limit` users in the order of their names. */
  listByName(tenantId: string, limit: number): Promise<Pick<TenantUser, 'associateId' | 'name'>[]>;
  /**
   * Replaces the users of a tenant by a list, records the changes of those on it, and erases all data about anyone else if
   * the list is complete, in one transaction under the lock of the users.
   */
  replace(
    tenantId: string,
    users: readonly TenantUser[],
    changes: readonly { readonly associateId: number; readonly change: LicenseChange }[],
    read: UserListRead,
    lock: Lock,
  ): Promise<void>;
}

/** Rows per statement: PostgreSQL allows 65,535 parameters. */
const maxRowsPerInsert = 5_000;

/** Creates the store over `tenant_users`. */
export function createUserStore({ db }: { db: Database }): UserStore {
  return {
    async listByTenant(tenantId) {
      const rows = await db
        .selectFrom('tenant_users')
        .selectAll()
        .where('context_identifier', '=', tenantId)
        .execute();
      return rows.map((row) => ({
        associateId: row.associate_id,
        name: row.name,
        userPlan: row.user_plan,
      }));
    },

    async lastReadAt(tenantId) {
      const row = await db
        .selectFrom('tenants')
        .select('users_read_at')
        .where('context_identifier', '=', tenantId)
        .executeTakeFirst();
      return row?.users_read_at?.getTime() ?? 0;
    },

    async listedAt(tenantId, associateId) {
      const row = await db
        .selectFrom('tenant_users as user')
        .innerJoin('tenants as tenant', 'tenant.context_identifier', 'user.context_identifier')
        .select('tenant.users_read_at')
        .where('user.context_identifier', '=', tenantId)
        .where('user.associate_id', '=', associateId)
        .executeTakeFirst();
      return row?.users_read_at?.getTime() ?? 0;
    },

    listByName: (tenantId, limit) =>
      db
        .selectFrom('tenant_users')
        .select(['associate_id as associateId', 'name'])
        .where('context_identifier', '=', tenantId)
        .orderBy('name')
        .limit(limit)
        .execute(),

    async replace(tenantId, users, changes, { readAt, isComplete }, lock) {
      const rows = users.map(({ associateId, name, userPlan }) => ({
        context_identifier: tenantId,
        associate_id: associateId,
        name,
        user_plan: userPlan,
      }));
      const listed = users.map(({ associateId }) => associateId);
      const isListed = new Set(listed);
      await lock.transaction(async (transaction) => {
        // First, because it locks the tenant against saving data about a user who is not listed any more.
        await transaction
          .updateTable('tenants')
          .set({ users_read_at: new Date(readAt) })
          .where('context_identifier', '=', tenantId)
          .execute();
        if (isComplete) await eraseUnlistedUsers(transaction, tenantId, listed, readAt);
        await transaction.deleteFrom('tenant_users').where('context_identifier', '=', tenantId).execute();
        for (let from = 0; from < rows.length; from += maxRowsPerInsert) {
          await transaction
            .insertInto('tenant_users')
            .values(rows.slice(from, from + maxRowsPerInsert))
            .execute();
        }
        for (const { associateId, change } of changes) {
          if (!isListed.has(associateId)) continue;
          await saveLicenseChanges(transaction, { tenantId, associateId, detectedAt: readAt }, [change]);
        }
      });
    },
  };
}
