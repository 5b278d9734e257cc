import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { startWorkers } from './start-workers.ts';

/** The pause before the workers are started again, ms. */
const retryIntervalMs = 1_000;

/**
 * Starts the workers of a process that serves requests already, again and again while the database is unavailable, until
 * `stop` is aborted. @throws any other error of the start
 */
export async function startWorkersEventually(deps: Parameters<typeof startWorkers>[0]): Promise<void> {
  const { jobs, log, stop } = deps;
  while (!stop.aborted) {
    try {
      await startWorkers(deps);
      return;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'database-unavailable')) throw error;
      log.warn({ err: error }, 'workers not started');
    }
    await jobs.stopProcessing();
    await sleep(retryIntervalMs, undefined, { signal: stop }).catch(() => {});
  }
}
