import { expect, vi } from 'vitest';
import type { QueueName } from '../../src/coordination/jobs/queues.ts';
import type { Services } from '../../src/services.ts';
import { runQuery } from './database.ts';
import type { Planlens } from './planlens.ts';

/** The number of jobs of queues that are not completed. */
async function countJobs(databaseUrl: string, queues: readonly QueueName[]): Promise<number> {
  const names = queues.map((queue) => `'${queue}'`).join(', ');
  const [row] = await runQuery(
    databaseUrl,
    `select count(*)::int as count from pgboss.job where name in (${names}) and state < 'completed'`,
  );
  return Number(row?.count);
}

/** The number of callbacks that are not processed yet. */
export function countWaitingCallbacks(databaseUrl: string): Promise<number> {
  return countJobs(databaseUrl, ['state-changes', 'user-changes']);
}

/** Beside other work, jobs may take so long, ms. */
const timeout = 60_000;

/** Waits until the sandbox has delivered its webhook events, and every received callback is processed. */
export async function untilCallbacksProcessed(app: Pick<Planlens, 'sandbox' | 'environment'>): Promise<void> {
  await app.sandbox.control.whenDelivered();
  await expect.poll(() => countWaitingCallbacks(String(app.environment.DATABASE_URL)), { timeout }).toBe(0);
}

/** Waits until no tenant is due and none is being reconciled, so that a run that began earlier is not taken for a later one. */
export async function untilReconciled(environment: NodeJS.ProcessEnv): Promise<void> {
  const count = () => countJobs(String(environment.DATABASE_URL), ['due-reconciliations', 'reconciliations']);
  await vi.waitUntil(async () => (await count()) === 0, { timeout });
}

/** Reconciles a tenant, however many of its reconciliations were requested before. */
export async function reconcileNow(
  app: Pick<Planlens, 'environment'> & { readonly services: Pick<Services, 'requestReconciliation'> },
  tenantId: string,
): Promise<void> {
  await app.services.requestReconciliation(tenantId);
  await untilReconciled(app.environment);
}
