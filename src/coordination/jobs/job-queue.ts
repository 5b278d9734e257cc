import { setTimeout as sleep } from 'node:timers/promises';
import type { fromKysely as adaptKysely, JobWithMetadata, KyselyTransactionLike, PgBoss } from 'pg-boss';
import { prepared } from '../../database/prepared.ts';
import { closeBoss, startBoss } from './boss.ts';
import { createQueues } from './create-queues.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { findDueQueues } from './due-queues.ts';
import { type Payload, payloadSchemas, type QueueName, queueWork } from './queues.ts';

/** A job to enqueue. */
export interface NewJob<Q extends QueueName> {
  readonly payload: Payload<Q>;
  /** While a job with this key waits in the queue, another one is not added. */
  readonly key: string;
  /** An urgent job goes first, and does not wait for an active job of its tenant, whose process may hang. */
  readonly urgent?: boolean;
  /** Processed after this many seconds at the earliest. */
  readonly delaySeconds?: number;
}

/** The end of an attempt at a job. */
export interface JobAttempt {
  readonly queue: QueueName;
  readonly jobId: string;
  /** Null for a payload that cannot be read. */
  readonly payload: Readonly<Record<string, unknown>> | null;
  /** The number of attempts, including this one. */
  readonly attempts: number;
  readonly outcome: 'processed' | 'failed' | 'dead_lettered';
  /** Why the attempt failed; null if it did not. */
  readonly reason: string | null;
}

/** Processes a job; must be idempotent, because a job whose process is killed is processed again. @throws to retry it later */
export type HandleJob<Q extends QueueName> = (payload: Payload<Q>) => Promise<void>;

/** Background jobs in PostgreSQL, stored before they are processed by any process. */
export interface JobQueue {
  /** Stores jobs, in `transaction` if it is given. Of several with the same key, one is stored. */
  enqueue<Q extends QueueName>(
    queue: Q,
    jobs: readonly NewJob<Q>[],
    transaction?: KyselyTransactionLike,
  ): Promise<void>;
  /** Starts processing a queue in this process, unless it does so. Call `stopProcessing` before another try after a failure. */
  process<Q extends QueueName>(queue: Q, handle: HandleJob<Q>): Promise<void>;
  /** Enqueues an empty job by a cron expression in UTC, once across all processes. */
  schedule(queue: 'due-reconciliations' | 'purges', cron: string): Promise<void>;
  deadLetters: DeadLetters;
  /**
   * Stops processing and resolves when the active jobs of this process are finished. A worker that has been fetching for two
   * seconds then is not waited for.
   */
  stopProcessing(): Promise<void>;
  /** Closes the connections; call `stopProcessing` first. */
  close(): Promise<void>;
}

/**
 * Connects to the job tables in the schema `pgboss` of the database at `url`, and creates or upgrades them.
 * @throws the error of pg when the database cannot be reached
 */
export async function openJobQueue(deps: {
  url: string;
  onJobAttempt: (attempt: JobAttempt) => void;
  onJobQueueFailed: (error: Error) => void;
}): Promise<JobQueue> {
  const { url, onJobAttempt, onJobQueueFailed } = deps;
  const { fromKysely } = await import('pg-boss');
  const boss = await startBoss({ url, isWorker: true, onFailed: onJobQueueFailed });
  await createQueues(boss).catch(async (error: unknown) => {
    await closeBoss(boss);
    throw error;
  });
  /** The workers that wait, by the queues that are processed; the one that was woken longest ago comes first. */
  const idle = new Map<QueueName, Set<string>>();
  const active = new Set<Promise<void>>();
  const closing = new AbortController();
  wakeUntil(closing.signal, { boss, idle, onFailed: onJobQueueFailed });

  return {
    async enqueue(queue, jobs, transaction) {
      const byKey = new Map(jobs.map((job) => [job.key, job]));
      const rows = [...byKey.values()].map(({ payload, key, urgent = false, delaySeconds = 0 }) => {
        const group = 'tenantId' in payload && !urgent ? { group: { id: payload.tenantId } } : {};
        const startAfter = `${delaySeconds} seconds`;
        return { data: payload, singletonKey: key, priority: urgent ? 1 : 0, startAfter, ...group };
      });
      if (rows.length > 0)
        await boss.insert(
          queue,
          rows,
          transaction === undefined ? {} : { db: preparing(fromKysely(transaction)) },
        );
    },

    async process(queue, handle) {
      if (idle.has(queue)) return;
      const idleWorkers = new Set<string>();
      idle.set(queue, idleWorkers);
      const handleJob = createHandler(queue, handle, onJobAttempt);
      const processJob = async (job: JobWithMetadata<unknown>) => {
        const processing = handleJob(job);
        const ended = processing.catch(() => {});
        active.add(ended);
        await ended;
        active.delete(ended);
        return processing;
      };
      await startWorkers(boss, queue, { idle: idleWorkers, processJob });
    },

    deadLetters: createDeadLetters(boss),

    schedule: (queue, cron) => boss.schedule(queue, cron, {}, { singletonKey: queue }),

    async stopProcessing() {
      const stopped = Promise.all([...idle.keys()].map((name) => boss.offWork(name)));
      idle.clear();
      // A worker may be fetching a job, which it then processes. A silent database does not let it fetch for a minute.
      await Promise.race([stopped.catch(onJobQueueFailed), sleep(fetchTimeoutMs, undefined, { ref: false })]);
      await Promise.all(active);
    },

    async close() {
      closing.abort();
      await closeBoss(boss).catch(onJobQueueFailed);
    },
  };
}

type KyselyAdapter = ReturnType<typeof adaptKysely>;

/** Prepares the statements of pg-boss: planning the insertion of a job takes longer than running it. */
function preparing({ executeSql }: KyselyAdapter): KyselyAdapter {
  return { executeSql: (text, values) => executeSql(prepared + text, values) };
}

/** How often a process looks for queues with a job that is due, ms. */
const pollMs = 1_000;
/** How long a stop waits for workers that are fetching a job, ms. */
const fetchTimeoutMs = 2_000;
/** How often each worker looks for jobs by itself, s. It need not, as the process does. */
const ownPollSeconds = 10 * 60;

/** Wakes one idle worker of each queue that has a job which is due, every second until `closing`. */
async function wakeUntil(
  closing: AbortSignal,
  deps: {
    boss: PgBoss;
    idle: ReadonlyMap<QueueName, Set<string>>;
    onFailed: (error: Error) => void;
  },
): Promise<void> {
  const { boss, idle, onFailed } = deps;
  const wakeDue = async () => {
    for (const queue of await findDueQueues(boss, [...idle.keys()]))
      wakeOne(boss, idle.get(queue) ?? new Set());
  };
  for (;;) {
    await sleep(pollMs, undefined, { signal: closing, ref: false }).catch(() => {});
    if (closing.aborted) return;
    if (idle.size > 0) await wakeDue().catch(onFailed);
  }
}

/** Round robin, because a worker may be fetching on a connection that has become silent. */
function wakeOne(boss: PgBoss, idle: Set<string>): void {
  const [worker] = idle;
  if (worker === undefined) return;
  idle.delete(worker);
  idle.add(worker);
  boss.notifyWorker(worker);
}

/**
 * Starts the workers of a queue, which add their ids to `idle` while they wait. Each takes one job at a time: a slow job does
 * not delay others that were fetched with it. One that finds a job wakes the next, so that few workers look for few jobs.
 */
async function startWorkers(
  boss: PgBoss,
  queue: QueueName,
  deps: { idle: Set<string>; processJob: (job: JobWithMetadata<unknown>) => Promise<void> },
): Promise<void> {
  const { idle, processJob } = deps;
  const options = {
    includeMetadata: true,
    // Counted in the process: the database would let workers that claim at the same moment exceed it.
    localGroupConcurrency: 1,
    pollingIntervalSeconds: ownPollSeconds,
    notifyPollingIntervalSeconds: ownPollSeconds,
  } as const;
  for (let index = 0; index < queueWork[queue].workers; index += 1) {
    let worker = '';
    worker = await boss.work<unknown, void, typeof options>(
      queue,
      options,
      async (jobs: JobWithMetadata<unknown>[]) => {
        idle.delete(worker);
        wakeOne(boss, idle);
        try {
          for (const job of jobs) await processJob(job);
        } finally {
          idle.add(worker);
          // Without this, the worker would wait for its next poll although jobs are waiting.
          boss.notifyWorker(worker);
        }
      },
    );
    idle.add(worker);
  }
}

/** Reports every attempt. pg-boss stores the error of a failed one, so only its reason is passed on. */
function createHandler<Q extends QueueName>(
  queue: Q,
  handle: HandleJob<Q>,
  onAttempt: (attempt: JobAttempt) => void,
) {
  return async ({ id: jobId, data, retryCount, retryLimit }: JobWithMetadata<unknown>): Promise<void> => {
    const attempts = retryCount + 1;
    const payload = payloadSchemas[queue].safeParse(data);
    const attempt = { queue, jobId, payload: payload.data ?? null, attempts };
    try {
      if (!payload.success) throw new Error('payload-unreadable');
      await handle(payload.data as Payload<Q>);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      onAttempt({ ...attempt, outcome: retryCount < retryLimit ? 'failed' : 'dead_lettered', reason });
      throw new Error(reason);
    }
    onAttempt({ ...attempt, outcome: 'processed', reason: null });
  };
}
