import type { Selectable } from 'kysely';
import type { Database, WishRow } from './database.ts';

/** What became of a wish: `open` until an administrator answers it. */
export type WishState = 'open' | 'done' | 'declined';

/** What a user asked their administrators for. */
export interface Wish {
  readonly id: string;
  readonly associateId: number;
  /** The user's name as SuperOffice told it at their sign-in. */
  readonly askedBy: string;
  /** `feature:{key}` or `plan:{key}`. */
  readonly subject: string;
  /** Why they ask; may be empty. */
  readonly reason: string;
  readonly askedAt: Date;
  readonly state: WishState;
  /** The administrator's words; may be empty. */
  readonly answer: string;
  readonly answeredBy: string | null;
  readonly answeredAt: Date | null;
}

export type NewWish = Pick<Wish, 'associateId' | 'askedBy' | 'subject' | 'reason'>;

export interface WishAnswer {
  readonly state: Exclude<WishState, 'open'>;
  readonly answer: string;
  readonly answeredBy: string;
}

export type WishStore = ReturnType<typeof createWishStore>;

/** Wishes of a tenant's users in PostgreSQL. Every call names the tenant: none reaches into another. */
export function createWishStore(deps: { db: Database; now: () => number }) {
  const { db, now } = deps;

  return {
    /** @returns false where this user's wish for the subject is open already; it stays as it was */
    async ask(ctx: string, wish: NewWish): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('wishes')
        .values({
          context_identifier: ctx,
          associate_id: wish.associateId,
          asked_by: wish.askedBy,
          subject: wish.subject,
          reason: wish.reason,
          asked_at: new Date(now()),
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },

    /** Takes back what a user asked for, as if it had never been asked. @returns false where it is not open */
    async withdraw(
      ctx: string,
      { associateId, subject }: Pick<Wish, 'associateId' | 'subject'>,
    ): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('wishes')
        .where('context_identifier', '=', ctx)
        .where('associate_id', '=', associateId)
        .where('subject', '=', subject)
        .where('state', '=', 'open')
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },

    /** @returns false where the tenant has no such wish, or somebody answered it before */
    async answer(ctx: string, id: string, { state, answer, answeredBy }: WishAnswer): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('wishes')
        .set({ state, answer, answered_by: answeredBy, answered_at: new Date(now()) })
        .where('context_identifier', '=', ctx)
        .where('id', '=', id)
        .where('state', '=', 'open')
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },

    /** A user's last wish for each subject. */
    async lastOfUser(ctx: string, associateId: number): Promise<readonly Wish[]> {
      const rows = await db
        .selectFrom('wishes')
        .selectAll()
        .distinctOn('subject')
        .where('context_identifier', '=', ctx)
        .where('associate_id', '=', associateId)
        .orderBy('subject')
        .orderBy('asked_at', 'desc')
        .execute();
      return rows.map(wishOf);
    },

    /** A tenant's wishes: all that are open, oldest first, then the `answered` last answered ones, newest first. */
    async ofTenant(ctx: string, answered: number): Promise<readonly Wish[]> {
      const own = db.selectFrom('wishes').selectAll().where('context_identifier', '=', ctx);
      const [open, closed] = await Promise.all([
        own.where('state', '=', 'open').orderBy('asked_at').execute(),
        own.where('state', '<>', 'open').orderBy('answered_at', 'desc').limit(answered).execute(),
      ]);
      return [...open, ...closed].map(wishOf);
    },
  };
}

function wishOf(row: Selectable<WishRow>): Wish {
  return {
    id: row.id,
    associateId: row.associate_id,
    askedBy: row.asked_by,
    subject: row.subject,
    reason: row.reason,
    askedAt: row.asked_at,
    state: row.state,
    answer: row.answer,
    answeredBy: row.answered_by,
    answeredAt: row.answered_at,
  };
}
