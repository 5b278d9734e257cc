import type { Logger } from 'pino';
import type { Callback, CallbackQueue } from '../../tenants/callback-queue.ts';
import { startWorker, type Worker } from '../worker.ts';
import type { HandleCallback } from './handle-callback.ts';

/** Called with the outcome of each attempt. */
export type OnCallback = (outcome: 'processed' | 'failed' | 'dead_lettered') => void;

/** Callbacks processed at once per process; each spends most of its time waiting for SuperOffice. */
const concurrency = 2;
const pollIntervalMs = 1_000;

/** Starts processing the callback queue. */
export function startCallbackWorker(deps: {
  callbackQueue: CallbackQueue;
  handleCallback: HandleCallback;
  log: Logger;
  onCallback: OnCallback;
}): Worker {
  const { callbackQueue, handleCallback, log, onCallback } = deps;

  async function processCallback(callback: Callback): Promise<void> {
    const { tenantId, id, content, attempts } = callback;
    const fields = { tenantId, callbackId: id, ...content, attempts };
    try {
      await handleCallback(callback);
      await callbackQueue.complete(callback);
      log.info(fields, 'callback processed');
      onCallback('processed');
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      // If the failure cannot be saved, the callback is claimed again when its lease expires.
      const isDead = await callbackQueue.fail(callback, reason).catch(() => false);
      if (isDead) log.error({ ...fields, reason }, 'callback dead-lettered');
      else log.warn({ ...fields, reason }, 'callback retry scheduled');
      onCallback(isDead ? 'dead_lettered' : 'failed');
    }
  }

  return startWorker({
    claim: () => callbackQueue.claim(),
    processItem: processCallback,
    onClaimFailed: ({ message }) => log.warn({ worker: 'callback', reason: message }, 'claim failed'),
    concurrency,
    pollIntervalMs,
  });
}
