import type { Database } from '../database/database.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';
import { saveLicenseChanges } from './license-history.ts';

/** A user of a tenant, as they were listed last. */
export interface TenantUser {
  readonly associateId: number;
  readonly name: string;
  readonly userPlan: string;
}

export type UserStore = ReturnType<typeof createUserStore>;

/** The users of each tenant with their plans, so that the next list tells what changed. */
export function createUserStore({ db }: { db: Database }) {
  return {
    async listByTenant(tenantId: string): Promise<TenantUser[]> {
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

    /** Keeps a new list in place of the old one, and what changed with it in the same step. `readAt` in ms since 1970. */
    async replace(
      tenantId: string,
      users: readonly TenantUser[],
      changes: readonly { readonly associateId: number; readonly change: LicenseChange }[],
      readAt: number,
    ): Promise<void> {
      const rows = users.map(({ associateId, name, userPlan }) => ({
        context_identifier: tenantId,
        associate_id: associateId,
        name,
        user_plan: userPlan,
      }));
      await db.transaction().execute(async (step) => {
        await step.deleteFrom('tenant_users').where('context_identifier', '=', tenantId).execute();
        for (let from = 0; from < rows.length; from += rowsAtOnce) {
          await step
            .insertInto('tenant_users')
            .values(rows.slice(from, from + rowsAtOnce))
            .execute();
        }
        for (const { associateId, change } of changes) {
          await saveLicenseChanges(step, { tenantId, associateId, foundAt: readAt }, [change]);
        }
      });
    },
  };
}

/** A statement takes 65,535 values at most. */
const rowsAtOnce = 5_000;
