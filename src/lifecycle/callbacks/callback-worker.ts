import type { Logger } from 'pino';
import type { Callback, CallbackInbox } from '../../tenants/callback-queue.ts';
import { startWorker, type Worker } from '../worker.ts';
import type { ActOnCallback } from './handle-callback.ts';

/** So many callbacks are worked off at once in a process: each waits for SuperOffice most of its time. */
const hands = 2;
const lookAgainMs = 1_000;

/** Starts working off the inbox. */
export function startInboxWorker(deps: {
  inbox: CallbackInbox;
  act: ActOnCallback;
  log: Logger;
  /** Hears what came of each. */
  onCallback: (outcome: 'done' | 'failed' | 'parked') => void;
}): Worker {
  const { inbox, act, log, onCallback } = deps;

  async function workOff(callback: Callback): Promise<void> {
    const about = {
      ctx: callback.ctx,
      callback: callback.id,
      ...callback.content,
      attempts: callback.attempts,
    };
    try {
      await act(callback);
      await inbox.done(callback);
      log.info(about, 'callback worked off');
      onCallback('done');
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      // Where not even that can be kept, its lease ends and it comes again.
      const parked = await inbox.failed(callback, reason).catch(() => false);
      onCallback(parked ? 'parked' : 'failed');
      if (parked) log.error({ ...about, reason }, 'callback put aside');
      else log.warn({ ...about, reason }, 'callback not worked off yet');
    }
  }

  return startWorker({
    take: () => inbox.take(),
    workOff,
    onTakeFailed: ({ message }) => log.warn({ reason: message }, 'inbox not read'),
    hands,
    lookAgainMs,
  });
}
