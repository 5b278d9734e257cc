import { type Kysely, sql } from 'kysely';
import { deadLetterQueue, payloadSchemas, type QueueName } from './queues.ts';

/** The unprocessed jobs of a queue. */
export interface QueueDepth {
  readonly queue: QueueName;
  /** Jobs that are due or being processed, and those that wait for a retry. */
  readonly waiting: number;
  readonly deadLettered: number;
  /** The age of the oldest waiting job, ms; 0 when none waits. */
  readonly oldestAgeMs: number;
}

/** Measures all queues now: the figures that pg-boss keeps may be a minute old. */
export async function measureQueueDepths<T>(db: Kysely<T>): Promise<QueueDepth[]> {
  const { rows } = await sql<{ queue: string; dead: boolean; count: number; age_ms: number }>`
    select coalesce(source_name, name) as queue, name = ${deadLetterQueue} as dead, count(*)::int as count,
           (extract(epoch from now() - min(created_on)) * 1000)::float as age_ms
    from pgboss.job where state < 'completed' group by 1, 2`.execute(db);
  return (Object.keys(payloadSchemas) as QueueName[]).map((queue) => {
    const waiting = rows.find((row) => row.queue === queue && !row.dead);
    const dead = rows.find((row) => row.queue === queue && row.dead);
    return {
      queue,
      waiting: waiting?.count ?? 0,
      deadLettered: dead?.count ?? 0,
      oldestAgeMs: Math.max(0, waiting?.age_ms ?? 0),
    };
  });
}
