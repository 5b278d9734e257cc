import { setTimeout as sleep } from 'node:timers/promises';
import { throwAsAppError } from '../../database/connection-errors.ts';
import type { JobQueue } from './job-queue.ts';

/** A job queue that is opened when it is first used. */
export interface LazyJobQueue extends JobQueue {
  /** Opens the queue now. @throws the error of its opening */
  open(): Promise<void>;
}

/** A silent database does not let the queue be opened for a minute, ms. */
const closeTimeoutMs = 1_000;

/**
 * Creates a queue that its first use opens, so that a start does not wait for it. Each use waits, and fails if `open` fails;
 * the next one opens it again. Its functions throw AppError `database-unavailable` for an error of the connection.
 */
export function createLazyJobQueue(open: () => Promise<JobQueue>): LazyJobQueue {
  let opening: Promise<JobQueue> | undefined;
  let opened: JobQueue | undefined;

  async function openOnce(): Promise<JobQueue> {
    try {
      opened = await open();
      return opened;
    } catch (error) {
      opening = undefined;
      return throwAsAppError(error);
    }
  }
  const queue = () => {
    opening ??= openOnce();
    return opening;
  };

  return {
    open: async () => void (await queue()),
    enqueue: async (...job) => (await queue()).enqueue(...job).catch(throwAsAppError),
    process: async (name, handle) => (await queue()).process(name, handle).catch(throwAsAppError),
    schedule: async (name, cron) => (await queue()).schedule(name, cron).catch(throwAsAppError),
    deadLetters: {
      list: async () => (await queue()).deadLetters.list(),
      retry: async (id) => (await queue()).deadLetters.retry(id),
    },
    stopProcessing: async () => opened?.stopProcessing(),
    async close() {
      const closing = opening?.then((each) => each.close()).catch(() => {});
      await Promise.race([closing, sleep(closeTimeoutMs, undefined, { ref: false })]);
    },
  };
}
