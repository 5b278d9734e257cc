import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { PgBoss } from 'pg-boss';
import { authenticationOptions } from '../../database/require-auth.ts';

/** Connections of a process for jobs; a worker has one more, which listens for notifications. */
const maxConnections = 4;
/** No statement of pg-boss takes a minute, except its migrations of a large table. */
const statementTimeoutMs = 60_000;
/** How often the jobs of killed processes are searched for, s. */
const superviseIntervalSeconds = 10;
/** How often jobs whose predecessors have ended are searched for, s. No job has a predecessor. */
const flowIntervalSeconds = 3_600;
const closeTimeoutMs = 1_000;

/**
 * Connects to the job tables in the schema `pgboss` of the database at `url`, and creates or upgrades them.
 * @param deps.isWorker whether the process works on jobs: then it also schedules them, finds those of killed processes and
 * listens for notifications
 * @throws the error of pg when the database cannot be reached
 */
export async function startBoss(deps: {
  url: string;
  isWorker: boolean;
  onFailed: (error: Error) => void;
}): Promise<PgBoss> {
  const { url, isWorker, onFailed } = deps;
  // pg-boss passes these on to pg; its own type does not list them.
  const clientOptions = {
    keepAlive: true,
    ...authenticationOptions(url),
    query_timeout: statementTimeoutMs + 5_000,
    onConnect: (client: ClientBase) => client.query(`set statement_timeout = ${statementTimeoutMs}`),
  };
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    ...clientOptions,
    connectionString: url,
    application_name: 'planlens-jobs',
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    registerInstance: false,
    useListenNotify: isWorker,
    schedule: isWorker,
    supervise: isWorker,
    superviseIntervalSeconds,
    flowIntervalSeconds,
    monitorIntervalSeconds: superviseIntervalSeconds,
  });
  // Some errors are copies without a prototype.
  boss.on('error', ({ message }) => onFailed(new Error(message)));
  await boss.start().catch(async (error: unknown) => {
    await closeBoss(boss);
    throw error;
  });
  return boss;
}

/** Closes the connections. A silent database never confirms the end of a connection, so it waits a second at most. */
export async function closeBoss(boss: PgBoss): Promise<void> {
  await Promise.race([boss.stop({ graceful: false }), sleep(closeTimeoutMs)]);
}
