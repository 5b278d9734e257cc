import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** Why an administrator keeps the seat of a user. */
export const markKinds = ['keep', 'on-leave', 'service-account'] as const;
export type MarkKind = (typeof markKinds)[number];

/** A mark of a user whose seat is kept. */
export interface UserMark {
  readonly kind: MarkKind;
  readonly note: string;
  /** The last day, `YYYY-MM-DD` in UTC; null for no end. */
  readonly until: string | null;
  /** The name of the administrator; null if they have left. */
  readonly markedBy: string | null;
  readonly markedAt: Date;
}

/** The marks of the users whose seats administrators keep. */
export interface UserMarkStore {
  /** Null for a user without a mark. */
  find(tenantId: string, associateId: number): Promise<UserMark | null>;
  /** Marks users, in place of earlier marks. @returns those of them whom the list of users contains */
  save(
    tenantId: string,
    associateIds: readonly number[],
    mark: Pick<UserMark, 'kind' | 'note' | 'until'> & { readonly markedBy: number },
  ): Promise<readonly number[]>;
  /** @returns those of the users who had a mark */
  remove(tenantId: string, associateIds: readonly number[]): Promise<readonly number[]>;
}

/** @param deps.now the current time, ms since 1970 */
export function createUserMarkStore(deps: { db: Database; now: () => number }): UserMarkStore {
  const { db, now } = deps;

  return {
    async find(tenantId, associateId) {
      const row = await db
        .selectFrom('user_marks as mark')
        .leftJoin('tenant_users as marker', (join) =>
          join
            .onRef('marker.context_identifier', '=', 'mark.context_identifier')
            .onRef('marker.associate_id', '=', 'mark.marked_by_id'),
        )
        .select(['mark.kind', 'mark.note', 'mark.until', 'mark.marked_at', 'marker.name'])
        .where('mark.context_identifier', '=', tenantId)
        .where('mark.associate_id', '=', associateId)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { note, until, name, marked_at: markedAt } = row;
      return { kind: toMarkKind(row.kind), note, until, markedBy: name, markedAt };
    },

    save: (tenantId, associateIds, { kind, note, until, markedBy }) =>
      db.transaction().execute(async (transaction) => {
        // Locks the list of users: who is on it now is not erased until the mark is saved.
        await transaction
          .selectFrom('tenants')
          .select('context_identifier')
          .where('context_identifier', '=', tenantId)
          .forShare()
          .execute();
        const { rows } = await sql<{ associateId: number }>`
          insert into user_marks (context_identifier, associate_id, kind, note, until, marked_by_id, marked_at)
          select context_identifier, associate_id, ${kind}, ${note}, ${until},
            ${markedBy}::integer, ${new Date(now())}::timestamptz
          from tenant_users
          where context_identifier = ${tenantId} and associate_id = any(${associateIds}::integer[])
          on conflict (context_identifier, associate_id) do update set
            kind = excluded.kind, note = excluded.note, until = excluded.until,
            marked_by_id = excluded.marked_by_id, marked_at = excluded.marked_at
          returning associate_id as "associateId"`.execute(transaction);
        return rows.map(({ associateId }) => associateId);
      }),

    async remove(tenantId, associateIds) {
      const { rows } = await sql<{ associateId: number }>`
        delete from user_marks
        where context_identifier = ${tenantId} and associate_id = any(${associateIds}::integer[])
        returning associate_id as "associateId"`.execute(db);
      return rows.map(({ associateId }) => associateId);
    },
  };
}

/** A kind that only a later version knows keeps the seat as well. */
export function toMarkKind(text: string): MarkKind {
  return markKinds.find((kind) => kind === text) ?? 'keep';
}
