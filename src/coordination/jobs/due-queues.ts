import type { PgBoss } from 'pg-boss';
import type { QueueName } from './queues.ts';

/**
 * Finds which of the queues have a job that is due. A fetch costs more, most of it planning, and is for one queue: an idle
 * process asks this instead.
 * @throws the error of pg when the database cannot be reached
 */
export async function findDueQueues(boss: PgBoss, queues: readonly QueueName[]): Promise<QueueName[]> {
  const { rows } = await boss.getDb().executeSql(
    `select queue from unnest($1::text[]) as queue where exists (
       select from pgboss.job
       where name = queue and state < 'active' and not blocked and start_after <= now())`,
    [queues],
  );
  return rows.map(({ queue }) => queue);
}
