import { Client } from 'pg';
import { expect } from 'vitest';

/** The number of callbacks that are not processed yet. */
export async function countWaitingCallbacks(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    "select count(*)::int as count from pgboss.job where name in ('state-changes', 'user-changes') and state < 'completed'",
  );
  await client.end();
  return rows[0].count;
}

/** Waits until every received callback is processed. */
export async function untilCallbacksProcessed(
  environment: NodeJS.ProcessEnv,
  timeout = 10_000,
): Promise<void> {
  await expect.poll(() => countWaitingCallbacks(String(environment.DATABASE_URL)), { timeout }).toBe(0);
}
