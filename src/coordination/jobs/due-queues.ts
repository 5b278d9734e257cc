import type { PgBoss } from 'pg-boss';
import type { QueueName } from './queues.ts';

/** An idle connection may have become silent: the next question gets another one, ms. */
const timeoutMs = 5_000;

/**
 * Finds which of the queues have a job that is due. A fetch costs more, most of it planning, and is for one queue: an idle
 * process asks this instead.
 * @throws the error of pg when the database cannot be reached
 */
export async function findDueQueues(boss: PgBoss, queues: readonly QueueName[]): Promise<QueueName[]> {
  const text = `select queue from unnest($1::text[]) as queue where exists (
    select from pgboss.job
    where name = queue and state < 'active' and not blocked and start_after <= now())`;
  // pg-boss passes it on to pg, which takes more than a text; its own type does not say so.
  const question = { text, query_timeout: timeoutMs } as unknown as string;
  const { rows } = await boss.getDb().executeSql(question, [queues]);
  return rows.map(({ queue }) => queue);
}
