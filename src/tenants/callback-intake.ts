import { sql } from 'kysely';
import type { JobQueue, NewJob } from '../coordination/jobs/job-queue.ts';
import { createWriteBatcher } from '../coordination/write-batcher.ts';
import type { Database } from '../database/database.ts';
import { prepared } from '../database/prepared.ts';
import { deleteOldest } from './delete-oldest.ts';

/** What a webhook event reports. */
interface UserChange {
  /** Null if SuperOffice did not say which user changed. */
  readonly associateId: number | null;
  readonly deleted: boolean;
}

/** Stores verified callbacks as jobs before SuperOffice gets its response. */
export interface CallbackIntake {
  /**
   * Stores a webhook event. A repetition within 30 days has no effect; a later one is processed again, which is
   * harmless. Events of one user that wait for processing become one job, and so do those of a tenant that are stored at once.
   * @returns false if the event is known, or the tenant has not installed the app
   */
  storeEvent(tenantId: string, eventId: string, change: UserChange): Promise<boolean>;
  /**
   * Stores a state change. Every repetition is processed, because only the tenant's current state counts.
   * @returns false if the tenant has not installed the app
   */
  storeStateChange(tenantId: string, change: string): Promise<boolean>;
  /** Deletes the records of events that were received more than 30 days ago. */
  purgeExpired(): Promise<void>;
  /** Stores what a process of version 0.2 received and did not finish as jobs. @returns how many */
  adoptUnfinished(): Promise<number>;
}

/** How long events are recorded, to recognize a repetition, ms. */
const retentionMs = 30 * 24 * 60 * 60_000;
/** How many concurrently received events one transaction stores. */
const maxBatchSize = 100;
/** A callback of version 0.2 that was due for this long, ms, has no process that works on it. */
const abandonedAfterMs = 60_000;

interface ReceivedEvent extends UserChange {
  readonly tenantId: string;
  readonly eventId: string;
}

/** @param deps.now the current time, ms since 1970 */
export function createCallbackIntake(deps: {
  db: Database;
  jobs: Pick<JobQueue, 'enqueue'>;
  now: () => number;
}): CallbackIntake {
  const { db, jobs, now } = deps;

  const storeEvent = createWriteBatcher<ReceivedEvent, boolean>(
    (events) =>
      db.transaction().execute(async (transaction) => {
        const isNew = await recordEvents(transaction, events, new Date(now()));
        await jobs.enqueue(
          'user-changes',
          toJobs(events.filter((_event, index) => isNew[index])),
          transaction,
        );
        return isNew;
      }),
    maxBatchSize,
  );

  return {
    storeEvent: (tenantId, eventId, change) => storeEvent({ tenantId, eventId, ...change }),

    async storeStateChange(tenantId, change) {
      const tenant = await db
        .selectFrom('tenants')
        .select('context_identifier')
        .where('context_identifier', '=', tenantId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      if (tenant === undefined) return false;
      await jobs.enqueue('state-changes', [toStateChangeJob(tenantId, change)], db);
      return true;
    },

    purgeExpired: () =>
      deleteOldest(
        db,
        'callbacks',
        sql`received_at < ${new Date(now() - retentionMs)} and processed_at is not null`,
      ),

    adoptUnfinished: () => adoptUnfinished(db, jobs, now()),
  };
}

/** The changes of several users of a tenant become one job. Any other event has its own. */
function toJobs(events: readonly ReceivedEvent[]): NewJob<'user-changes'>[] {
  const changedUsers = new Map<string, Set<number>>();
  for (const { tenantId, associateId, deleted } of events) {
    if (associateId === null || deleted) continue;
    changedUsers.set(tenantId, (changedUsers.get(tenantId) ?? new Set()).add(associateId));
  }
  const isJoined = ({ tenantId, associateId, deleted }: ReceivedEvent) =>
    associateId !== null && !deleted && (changedUsers.get(tenantId)?.size ?? 0) > 1;
  const joined = [...changedUsers]
    .filter(([, users]) => users.size > 1)
    .map(([tenantId, users]) => {
      const associateIds = [...users].toSorted((a, b) => a - b);
      return { payload: { tenantId, associateIds }, key: `${tenantId} ${associateIds.join()}` };
    });
  return [...events.filter((event) => !isJoined(event)).map(toJob), ...joined];
}

function toJob({ tenantId, associateId, deleted }: Omit<ReceivedEvent, 'eventId'>): NewJob<'user-changes'> {
  const payload = { tenantId, associateId, deleted };
  return { payload, key: `${tenantId} ${associateId ?? 'any'}${deleted ? ' deleted' : ''}` };
}

function toStateChangeJob(tenantId: string, change: string): NewJob<'state-changes'> {
  return { payload: { tenantId, change }, key: `${tenantId} ${change}` };
}

/**
 * Rows are locked in the order of their keys, so that two processes cannot deadlock.
 * @returns whether each is new, in the order of `events`
 */
async function recordEvents(
  db: Database,
  events: readonly ReceivedEvent[],
  at: Date,
): Promise<readonly boolean[]> {
  const keys = events.map(({ tenantId, eventId }) => ({ tenantId, eventId }));
  const { rows } = await sql<{ context_identifier: string; event_id: string }>`${sql.raw(prepared)}
    insert into callbacks (context_identifier, event_id, content, received_at, due_at, processed_at)
    select distinct context_identifier, event_id, '{}'::jsonb, ${at}::timestamptz, ${at}::timestamptz, ${at}::timestamptz
    from (
      select "tenantId" as context_identifier, "eventId" as event_id
      from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as received("tenantId" text, "eventId" text)
    ) as received join tenants using (context_identifier)
    where deleted_at is null
    order by context_identifier, event_id
    on conflict (context_identifier, event_id) do nothing
    returning context_identifier, event_id`.execute(db);
  const recorded = new Set(rows.map((row) => `${row.context_identifier} ${row.event_id}`));
  // `delete` counts only the first of two equal events in a batch as new.
  return keys.map(({ tenantId, eventId }) => recorded.delete(`${tenantId} ${eventId}`));
}

/** Content of a callback of version 0.2. */
type FormerContent =
  | { readonly source: 'webhook'; readonly event: string; readonly primaryKey: number | null }
  | { readonly source: 'state-change'; readonly change: string };

async function adoptUnfinished(db: Database, jobs: Pick<JobQueue, 'enqueue'>, now: number): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ tenantId: string; content: FormerContent }>`
      update callbacks set processed_at = ${new Date(now)}, dead_lettered_at = null
      where processed_at is null
        and (dead_lettered_at is not null or due_at < ${new Date(now - abandonedAfterMs)})
      returning context_identifier as "tenantId", content`.execute(transaction);
    const stateChanges = rows.flatMap(({ tenantId, content }) =>
      content.source === 'state-change' ? [toStateChangeJob(tenantId, content.change)] : [],
    );
    const userChanges = rows.flatMap(({ tenantId, content }) =>
      content.source === 'webhook'
        ? [
            toJob({
              tenantId,
              associateId: content.primaryKey,
              deleted: content.event === 'associate.deleted',
            }),
          ]
        : [],
    );
    await jobs.enqueue('state-changes', stateChanges, transaction);
    await jobs.enqueue('user-changes', userChanges, transaction);
    return rows.length;
  });
}
