import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { createWriteBatcher } from '../coordination/write-batcher.ts';
import type { CallbackRow, Database } from '../database/database.ts';

const contentSchema = z.discriminatedUnion('source', [
  z.object({
    source: z.literal('webhook'),
    event: z.string(),
    /** The primary key of the row that changed; null if SuperOffice sent none. */
    primaryKey: z.number().nullable(),
  }),
  z.object({ source: z.literal('state-change'), change: z.string() }),
]);

/** A verified webhook event or state change notification. */
type CallbackContent = Readonly<z.infer<typeof contentSchema>>;

/** A callback that was claimed for processing. */
export interface Callback {
  readonly id: string;
  readonly tenantId: string;
  readonly content: CallbackContent;
  readonly receivedAt: Date;
  /** The number of claims, including this one. */
  readonly attempts: number;
}

/** A callback that failed `maxAttempts` times and needs the operator. */
interface DeadLetter extends Callback {
  readonly deadLetteredAt: Date;
  readonly lastError: string;
}

interface QueueDepth {
  readonly waiting: number;
  readonly deadLettered: number;
  /** The age of the oldest waiting callback, ms; 0 when none waits. */
  readonly oldestAgeMs: number;
}

/**
 * Callbacks in PostgreSQL: stored and deduplicated before SuperOffice gets its response, then processed by any process.
 * A claim is a lease, so a callback may be processed more than once: processing must be idempotent.
 */
export interface CallbackQueue {
  /**
   * Stores a callback. A repeated webhook event has no effect; a repeated state change is processed again once the
   * first is complete, because only the tenant's current state counts.
   * @returns false if the callback is already stored, or the tenant has not installed the app
   */
  enqueue(tenantId: string, eventId: string, content: CallbackContent): Promise<boolean>;
  /** Leases the next callback that is due to the calling process; null when none is due. */
  claim(): Promise<Callback | null>;
  /** Marks a callback as processed. */
  complete(callback: Pick<Callback, 'id'>): Promise<void>;
  /** Schedules a retry with exponential backoff, or dead-letters the callback. @returns whether it was dead-lettered */
  fail(callback: Pick<Callback, 'id' | 'attempts'>, error: string): Promise<boolean>;
  /** All dead letters, oldest first. */
  deadLetters(): Promise<DeadLetter[]>;
  /** Makes one dead letter due now, or all of them for null. @returns how many */
  retry(id: string | null): Promise<number>;
  depth(): Promise<QueueDepth>;
  /** Deletes callbacks that were processed more than 30 days ago. */
  purgeExpired(): Promise<void>;
}

/** A claimed callback can be claimed again after this, so that a killed process loses nothing. */
export const leaseMs = 30_000;
/** A callback is dead-lettered after this many failures. */
export const maxAttempts = 10;
const firstRetryMs = 1_000;
const maxRetryMs = 15 * 60_000;
/** How long processed callbacks are stored, to detect a late repetition. */
const retentionMs = 30 * 24 * 60 * 60_000;
/** How many concurrently received callbacks one statement stores. */
const maxBatchSize = 100;

/** NOTIFY channel: a callback is due. The payload is empty. */
export const callbackChannel = 'planlens_callbacks';

interface NewCallback {
  readonly tenantId: string;
  readonly eventId: string;
  readonly content: CallbackContent;
}

/** @param deps.now the current time, ms since 1970 */
export function createCallbackQueue(deps: { db: Database; now: () => number }): CallbackQueue {
  const { db, now } = deps;
  const enqueue = createWriteBatcher<NewCallback, boolean>(
    (callbacks) => insertCallbacks(db, callbacks, new Date(now())),
    maxBatchSize,
  );

  return {
    enqueue: (tenantId, eventId, content) => enqueue({ tenantId, eventId, content }),
    claim: () => claimDue(db, now()),

    async complete({ id }) {
      await db
        .updateTable('callbacks')
        .set({ processed_at: new Date(now()), last_error: null })
        .where('id', '=', id)
        .execute();
    },

    async fail({ id, attempts }, error) {
      const isDead = attempts >= maxAttempts;
      const retryMs = Math.min(firstRetryMs * 2 ** (attempts - 1), maxRetryMs);
      await db
        .updateTable('callbacks')
        .set({
          due_at: new Date(now() + retryMs),
          dead_lettered_at: isDead ? new Date(now()) : null,
          last_error: error,
        })
        .where('id', '=', id)
        .execute();
      return isDead;
    },

    deadLetters: () => listDeadLetters(db),

    async retry(id) {
      const deadLetters = db
        .updateTable('callbacks')
        .set({ dead_lettered_at: null, attempts: 0, due_at: new Date(now()) })
        .where('dead_lettered_at', 'is not', null);
      const selected = id === null ? deadLetters : deadLetters.where('id', '=', id);
      const { numUpdatedRows } = await selected.executeTakeFirst();
      await sql`select pg_notify(${callbackChannel}, '')`.execute(db);
      return Number(numUpdatedRows);
    },

    depth: () => measureDepth(db, now()),

    async purgeExpired() {
      await db
        .deleteFrom('callbacks')
        .where('processed_at', '<', new Date(now() - retentionMs))
        .execute();
    },
  };
}

/**
 * Rows are locked in the order of their keys, so that two processes cannot deadlock.
 * @returns whether each was stored, in the order of `callbacks`
 */
async function insertCallbacks(
  db: Database,
  callbacks: readonly NewCallback[],
  at: Date,
): Promise<readonly boolean[]> {
  const { rows } = await sql<{ context_identifier: string; event_id: string }>`
    with received as (
      select distinct on ("tenantId", "eventId")
        "tenantId" as context_identifier, "eventId" as event_id, content
      from jsonb_to_recordset(${JSON.stringify(callbacks)}::jsonb)
        as callback("tenantId" text, "eventId" text, content jsonb)
      order by "tenantId", "eventId"
    ), of_installed_tenants as (
      select received.* from received join tenants using (context_identifier)
      order by context_identifier, event_id
    ), stored as (
      insert into callbacks (context_identifier, event_id, content, received_at, due_at)
      select context_identifier, event_id, content, ${at}, ${at} from of_installed_tenants
      on conflict (context_identifier, event_id) do update
        set received_at = excluded.received_at, due_at = excluded.due_at, attempts = 0, processed_at = null
        where excluded.content->>'source' = 'state-change' and callbacks.processed_at is not null
      returning context_identifier, event_id
    )
    select context_identifier, event_id, pg_notify(${callbackChannel}, '') from stored`.execute(db);
  const stored = new Set(rows.map((row) => `${row.context_identifier} ${row.event_id}`));
  // `delete` counts only the first of two equal callbacks in a batch as stored.
  return callbacks.map(({ tenantId, eventId }) => stored.delete(`${tenantId} ${eventId}`));
}

async function claimDue(db: Database, at: number): Promise<Callback | null> {
  const { rows } = await sql<Selectable<CallbackRow>>`
    with due as (
      select id from callbacks
      where processed_at is null and dead_lettered_at is null and due_at <= ${new Date(at)}
      order by due_at limit 1 for update skip locked
    )
    update callbacks set attempts = attempts + 1, due_at = ${new Date(at + leaseMs)}
    from due where callbacks.id = due.id
    returning callbacks.*`.execute(db);
  const [row] = rows;
  return row === undefined ? null : toCallback(row);
}

async function listDeadLetters(db: Database): Promise<DeadLetter[]> {
  const rows = await db
    .selectFrom('callbacks')
    .selectAll()
    .where('dead_lettered_at', 'is not', null)
    .orderBy('dead_lettered_at')
    .execute();
  return rows.map((row) => ({
    ...toCallback(row),
    deadLetteredAt: row.dead_lettered_at ?? new Date(0),
    lastError: row.last_error ?? '',
  }));
}

async function measureDepth(db: Database, now: number): Promise<QueueDepth> {
  const { rows } = await sql<{ waiting: number; dead_lettered: number; oldest: Date | null }>`
    select count(*) filter (where dead_lettered_at is null)::int as waiting,
           count(*) filter (where dead_lettered_at is not null)::int as dead_lettered,
           min(received_at) filter (where dead_lettered_at is null) as oldest
    from callbacks where processed_at is null`.execute(db);
  const [row] = rows;
  const oldestAgeMs = row?.oldest ? Math.max(0, now - row.oldest.getTime()) : 0;
  return { waiting: row?.waiting ?? 0, deadLettered: row?.dead_lettered ?? 0, oldestAgeMs };
}

function toCallback(row: Selectable<CallbackRow>): Callback {
  return {
    id: row.id,
    tenantId: row.context_identifier,
    content: contentSchema.parse(row.content),
    receivedAt: row.received_at,
    attempts: row.attempts,
  };
}
