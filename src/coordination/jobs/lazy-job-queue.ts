import type { JobQueue } from './job-queue.ts';

/** A job queue that is opened when it is first used. */
export interface LazyJobQueue extends JobQueue {
  /** Opens the queue now. @throws the error of its opening */
  open(): Promise<void>;
}

/** Creates a queue that its first use opens, so that a start does not wait for it. Each use waits, and fails if `open` fails. */
export function createLazyJobQueue(open: () => Promise<JobQueue>): LazyJobQueue {
  let opening: Promise<JobQueue> | undefined;
  const queue = () => {
    opening ??= open();
    return opening;
  };
  const opened = () => opening?.catch(() => undefined);
  return {
    open: async () => void (await queue()),
    enqueue: async (...job) => (await queue()).enqueue(...job),
    process: async (name, handle) => (await queue()).process(name, handle),
    schedule: async (name, cron) => (await queue()).schedule(name, cron),
    deadLetters: {
      list: async () => (await queue()).deadLetters.list(),
      retry: async (id) => (await queue()).deadLetters.retry(id),
    },
    stopProcessing: async () => (await opened())?.stopProcessing(),
    close: async () => (await opened())?.close(),
  };
}
