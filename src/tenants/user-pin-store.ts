import type { Database } from '../database/database.ts';
import type { Pin } from '../licensing/assignment/people.ts';
import { type PlanKey, planKeys } from '../licensing/catalogue/user-plans.ts';

/** What an administrator requires of the plan of a user. */
export interface UserPin extends Pin {
  readonly associateId: number;
  readonly reason: string;
  /** The administrator; null if they have left. */
  readonly pinnedBy: number | null;
  readonly pinnedAt: Date;
}

/** The pins of tenants: what administrators require of the plan of single users. */
export interface UserPinStore {
  /** All pins of a tenant, in the order of the users' numbers. */
  list(tenantId: string): Promise<readonly UserPin[]>;
  /** Saves a pin, in place of the user's earlier one. @returns false if the list of users does not contain the user, or they have left */
  save(tenantId: string, pin: Omit<UserPin, 'pinnedAt'>): Promise<boolean>;
  /** @returns false if the user has no pin */
  remove(tenantId: string, associateId: number): Promise<boolean>;
}

/** @param deps.now the current time, ms since 1970 */
export function createUserPinStore(deps: { db: Database; now: () => number }): UserPinStore {
  const { db, now } = deps;

  return {
    async list(tenantId) {
      const rows = await db
        .selectFrom('user_pins')
        .selectAll()
        .where('context_identifier', '=', tenantId)
        .orderBy('associate_id')
        .execute();
      return rows.flatMap((row) => {
        const plan = findPlan(row.plan);
        const kind = row.kind === 'exactly' ? 'exactly' : 'at-least';
        if (plan === undefined) return [];
        const { associate_id: associateId, reason, pinned_by_id: pinnedBy, pinned_at: pinnedAt } = row;
        return [{ associateId, kind, plan, reason, pinnedBy, pinnedAt }];
      });
    },

    save: (tenantId, { associateId, kind, plan, reason, pinnedBy }) =>
      db.transaction().execute(async (transaction) => {
        // Locks the list of users: who is on it now is not erased until the pin is saved.
        await transaction
          .selectFrom('tenants')
          .select('context_identifier')
          .where('context_identifier', '=', tenantId)
          .forShare()
          .execute();
        const user = await transaction
          .selectFrom('tenant_users')
          .select('associate_id')
          .where('context_identifier', '=', tenantId)
          .where('associate_id', '=', associateId)
          .where('retired', '=', false)
          .executeTakeFirst();
        if (user === undefined) return false;
        const pin = { kind, plan, reason, pinned_by_id: pinnedBy, pinned_at: new Date(now()) };
        await transaction
          .insertInto('user_pins')
          .values({ context_identifier: tenantId, associate_id: associateId, ...pin })
          .onConflict((conflict) => conflict.columns(['context_identifier', 'associate_id']).doUpdateSet(pin))
          .execute();
        return true;
      }),

    async remove(tenantId, associateId) {
      const { numDeletedRows } = await db
        .deleteFrom('user_pins')
        .where('context_identifier', '=', tenantId)
        .where('associate_id', '=', associateId)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}

/** Undefined for a plan that a later version may know. */
function findPlan(text: string): PlanKey | undefined {
  return planKeys.find((plan) => plan === text);
}
