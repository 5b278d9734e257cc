import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { createWriteBatcher } from '../coordination/write-batcher.ts';
import type { CallbackRow, Database } from '../database/database.ts';

const contentSchema = z.discriminatedUnion('source', [
  z.object({
    source: z.literal('webhook'),
    event: z.string(),
    /** The row it is about; null where SuperOffice named none. */
    primaryKey: z.number().nullable(),
  }),
  z.object({ source: z.literal('state-change'), change: z.string() }),
]);

/** What SuperOffice called us about, verified. */
export type CallbackContent = Readonly<z.infer<typeof contentSchema>>;

/** A callback to be worked off. */
export interface Callback {
  readonly id: string;
  readonly tenantId: string;
  readonly content: CallbackContent;
  readonly receivedAt: Date;
  /** How often it was begun, this time included. */
  readonly attempts: number;
}

/** A callback that failed so often that somebody has to look. */
export interface DeadLetter extends Callback {
  readonly deadLetteredAt: Date;
  readonly lastError: string;
}

/** How the inbox stands. */
export interface QueueDepth {
  readonly waiting: number;
  readonly deadLettered: number;
  /** How long the oldest waiting one has been waiting, ms; 0 for none. */
  readonly oldestAgeMs: number;
}

/** A callback somebody began is somebody else's after this long: a process killed in mid-work loses nothing. */
export const leaseMs = 30_000;
/** After so many failures a callback is put aside for the operator. */
export const maxAttempts = 10;
const firstWaitMs = 1_000;
const maxWaitMs = 15 * 60_000;
/** How long worked-off callbacks are remembered, so that a late repetition is known as one. */
const retentionMs = 30 * 24 * 60 * 60_000;

export const callbackChannel = 'planlens_callbacks';

/** So many that arrive together are kept by one statement. */
const maxBatchSize = 100;

/** A callback before it is kept. */
interface Arrived {
  readonly tenantId: string;
  readonly eventId: string;
  readonly content: CallbackContent;
}

export type CallbackQueue = ReturnType<typeof createCallbackQueue>;

/**
 * Callbacks in PostgreSQL: kept before they are answered, once each however often they arrive, and worked off by
 * whichever process comes first. What was begun and not ended is begun again, so work on one must bear that.
 */
export function createCallbackQueue(deps: { db: Database; now: () => number }) {
  const { db, now } = deps;

  /** Whether each was kept. In the order of their keys: two processes must not wait for each other. */
  async function putAll(arrived: readonly Arrived[]): Promise<readonly boolean[]> {
    const at = new Date(now());
    const { rows } = await sql<{ tenantId: string; event_id: string }>`
      with arrived as (
        select distinct on ("tenantId", "eventId") "tenantId", "eventId" as event_id, content
        from jsonb_to_recordset(${JSON.stringify(arrived)}::jsonb) as each("tenantId" text, "eventId" text, content jsonb)
        order by "tenantId", "eventId"
      ), kept as (
        insert into callbacks (context_identifier, event_id, content, received_at, due_at)
        select "tenantId", event_id, content, ${at}, ${at}
        from arrived join tenants on context_identifier = "tenantId"
        on conflict (context_identifier, event_id) do update
          set received_at = excluded.received_at, due_at = excluded.due_at, attempts = 0, processed_at = null
          where excluded.content->>'source' = 'state-change' and callbacks.processed_at is not null
        returning context_identifier as "tenantId", event_id
      )
      select "tenantId", event_id, pg_notify(${callbackChannel}, '') from kept`.execute(db);
    const kept = new Set(rows.map(({ tenantId, event_id }) => `${tenantId} ${event_id}`));
    // Of the same one arriving twice at once the first is kept.
    return arrived.map(({ tenantId, eventId }) => kept.delete(`${tenantId} ${eventId}`));
  }

  const put = createWriteBatcher(putAll, maxBatchSize);

  return {
    /**
     * Keeps a callback of a tenant. A webhook event comes once in effect; a notice of a state change that was worked off
     * is worked off anew, as only the state SuperOffice tells then counts.
     * @returns false where it was known already, or the tenant is none of ours
     */
    enqueue: (tenantId: string, eventId: string, content: CallbackContent) =>
      put({ tenantId, eventId, content }),

    /** The next callback that is due, for this process alone until its lease ends; null where none is. */
    async claim(): Promise<Callback | null> {
      const at = now();
      const { rows } = await sql<Selectable<CallbackRow>>`
        update callbacks set attempts = attempts + 1, due_at = ${new Date(at + leaseMs)}
        where id = (
          select id from callbacks
          where processed_at is null and dead_lettered_at is null and due_at <= ${new Date(at)}
          order by due_at limit 1 for update skip locked
        )
        returning *`.execute(db);
      const [row] = rows;
      return row === undefined ? null : callbackOf(row);
    },

    /** What was to be done is done. */
    async complete({ id }: Pick<Callback, 'id'>): Promise<void> {
      await db
        .updateTable('callbacks')
        .set({ processed_at: new Date(now()), last_error: null })
        .where('id', '=', id)
        .execute();
    },

    /** It did not work: it comes again, later each time, or is put aside. @returns whether it was put aside */
    async fail({ id, attempts }: Pick<Callback, 'id' | 'attempts'>, error: string): Promise<boolean> {
      const parked = attempts >= maxAttempts;
      const wait = Math.min(firstWaitMs * 2 ** (attempts - 1), maxWaitMs);
      await db
        .updateTable('callbacks')
        .set({
          due_at: new Date(now() + wait),
          dead_lettered_at: parked ? new Date(now()) : null,
          last_error: error,
        })
        .where('id', '=', id)
        .execute();
      return parked;
    },

    /** What was put aside, the oldest first. */
    async deadLetters(): Promise<DeadLetter[]> {
      const rows = await db
        .selectFrom('callbacks')
        .selectAll()
        .where('dead_lettered_at', 'is not', null)
        .orderBy('dead_lettered_at')
        .execute();
      return rows.map((row) => ({
        ...callbackOf(row),
        deadLetteredAt: row.dead_lettered_at ?? new Date(0),
        lastError: row.last_error ?? '',
      }));
    },

    /** Has what was put aside tried again at once; `id` null is all of it. @returns how many */
    async retry(id: string | null): Promise<number> {
      const due = db
        .updateTable('callbacks')
        .set({ dead_lettered_at: null, attempts: 0, due_at: new Date(now()) })
        .where('dead_lettered_at', 'is not', null);
      const { numUpdatedRows } = await (id === null ? due : due.where('id', '=', id)).executeTakeFirst();
      await sql`select pg_notify(${callbackChannel}, '')`.execute(db);
      return Number(numUpdatedRows);
    },

    async depth(): Promise<QueueDepth> {
      const { rows } = await sql<{ waiting: number; deadLetters: number; oldest: Date | null }>`
        select count(*) filter (where dead_lettered_at is null)::int as waiting,
               count(*) filter (where dead_lettered_at is not null)::int as parked,
               min(received_at) filter (where dead_lettered_at is null) as oldest
        from callbacks where processed_at is null`.execute(db);
      const [row] = rows;
      const oldestMs = row?.oldest ? Math.max(0, now() - row.oldest.getTime()) : 0;
      return { waiting: row?.waiting ?? 0, deadLettered: row?.deadLetters ?? 0, oldestAgeMs: oldestMs };
    },

    /** Forgets what was worked off long ago. */
    async purgeExpired(): Promise<void> {
      await db
        .deleteFrom('callbacks')
        .where('processed_at', '<', new Date(now() - retentionMs))
        .execute();
    },
  };
}

function callbackOf(row: Selectable<CallbackRow>): Callback {
  return {
    id: row.id,
    tenantId: row.context_identifier,
    content: contentSchema.parse(row.content),
    receivedAt: row.received_at,
    attempts: row.attempts,
  };
}
