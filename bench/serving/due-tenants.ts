import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { startBoss } from '../../src/coordination/jobs/boss.ts';

const timeoutMs = 300_000;

/** Lets an app reconcile the tenants that are due now, as the schedule does every minute. */
export async function enqueueDueTenants(environment: NodeJS.ProcessEnv): Promise<void> {
  const onFailed = (error: Error) => {
    throw error;
  };
  const boss = await startBoss({ url: String(environment.DATABASE_URL), isWorker: false, onFailed });
  await boss.send('due-reconciliations', {}, { singletonKey: 'bench' });
  await boss.stop({ graceful: false });
}

/** Waits until no tenant is due soon, and all that followed from it is done. */
export async function untilReconciled(database: Client): Promise<void> {
  const sql = `select
    (select count(*) from tenants where next_reconcile_at < now() + interval '20 minutes') +
    (select count(*) from pgboss.job where state < 'completed' and name in ('reconciliations', 'user-changes')) as count`;
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(100))
    if (Number((await database.query(sql)).rows[0].count) === 0) return;
  throw new Error('not all tenants are reconciled');
}
