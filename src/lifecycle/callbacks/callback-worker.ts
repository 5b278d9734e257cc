import type { Logger } from 'pino';
import type { Callback, CallbackQueue } from '../../tenants/callback-queue.ts';
import { startWorker, type Worker } from '../worker.ts';
import type { HandleCallback } from './handle-callback.ts';

/** So many callbacks are worked off at once in a process: each waits for SuperOffice most of its time. */
const concurrency = 2;
const pollIntervalMs = 1_000;

/** Starts working off the inbox. */
export function startCallbackWorker(deps: {
  callbackQueue: CallbackQueue;
  act: HandleCallback;
  log: Logger;
  /** Hears what came of each. */
  onCallback: (outcome: 'processed' | 'failed' | 'dead_lettered') => void;
}): Worker {
  const { callbackQueue, act, log, onCallback } = deps;

  async function processNext(callback: Callback): Promise<void> {
    const about = {
      tenantId: callback.tenantId,
      callback: callback.id,
      ...callback.content,
      attempts: callback.attempts,
    };
    try {
      await act(callback);
      await callbackQueue.complete(callback);
      log.info(about, 'callback worked off');
      onCallback('processed');
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      // Where not even that can be kept, its lease ends and it comes again.
      const parked = await callbackQueue.fail(callback, reason).catch(() => false);
      onCallback(parked ? 'dead_lettered' : 'failed');
      if (parked) log.error({ ...about, reason }, 'callback put aside');
      else log.warn({ ...about, reason }, 'callback not worked off yet');
    }
  }

  return startWorker({
    take: () => callbackQueue.claim(),
    processNext,
    onClaimFailed: ({ message }) => log.warn({ reason: message }, 'inbox not read'),
    concurrency,
    pollIntervalMs,
  });
}
