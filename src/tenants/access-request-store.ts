import { type Selectable, sql } from 'kysely';
import { createMemory } from '../coordination/cache.ts';
import type { Database, WishRow } from '../database/database.ts';

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

/** On it processes tell each other whose wishes changed: `Cust12345/5`. */
export const wishChannel = 'planlens_wishes';

/** Nearly all have none; then it is one empty list and its key. */
const maxRemembered = 100_000;

export type WishStore = ReturnType<typeof createWishStore>;

/** Wishes of a tenant's users in PostgreSQL. Every call names the tenant: none reaches into another. */
export function createWishStore(deps: { db: Database; now: () => number }) {
  const { db, now } = deps;
  const memory = createMemory<readonly Wish[]>(maxRemembered, now);

  async function changed(ctx: string, associateId: number): Promise<void> {
    const key = `${ctx}/${associateId}`;
    memory.forget(key);
    await sql`select pg_notify(${wishChannel}, ${key})`.execute(db);
  }

  async function lastOfUser(ctx: string, associateId: number): Promise<readonly Wish[]> {
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
  }

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
      await changed(ctx, wish.associateId);
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
      await changed(ctx, associateId);
      return numDeletedRows === 1n;
    },

    /** @returns false where the tenant has no such wish, or somebody answered it before */
    async answer(ctx: string, id: string, { state, answer, answeredBy }: WishAnswer): Promise<boolean> {
      const answered = await db
        .updateTable('wishes')
        .set({ state, answer, answered_by: answeredBy, answered_at: new Date(now()) })
        .where('context_identifier', '=', ctx)
        .where('id', '=', id)
        .where('state', '=', 'open')
        .returning('associate_id')
        .executeTakeFirst();
      if (answered !== undefined) await changed(ctx, answered.associate_id);
      return answered !== undefined;
    },

    /** A user's last wish for each subject, remembered until one changes: the same list then. */
    async lastOfUser(ctx: string, associateId: number): Promise<readonly Wish[]> {
      const wishes = await memory.get(`${ctx}/${associateId}`, () => lastOfUser(ctx, associateId));
      return wishes ?? [];
    },

    /** Forgets in memory what another process changed: `Cust12345/5`, or all below `Cust12345/`. */
    changedElsewhere: (key: string) => (key.endsWith('/') ? memory.forgetUnder(key) : memory.forget(key)),

    forgetRemembered: () => memory.forgetAll(),

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
