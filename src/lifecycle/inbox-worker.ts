import type { Logger } from 'pino';
import type { Callback, CallbackInbox } from '../tenants/callback-inbox.ts';
import type { ActOnCallback } from './act-on-callback.ts';

/** Works off the inbox until told to stop. */
export interface InboxWorker {
  /** Something may have come: looked for at once instead of at the next turn. */
  wake(): void;
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

/** How often an idle worker looks by itself, ms: a message that got lost, or what is due again, waits no longer. */
const lookAgainMs = 1_000;

/** Starts so many hands that take callbacks, one each at a time. */
export function startInboxWorker(deps: {
  inbox: CallbackInbox;
  act: ActOnCallback;
  log: Logger;
  hands: number;
}): InboxWorker {
  const { inbox, act, log, hands } = deps;
  let stopping = false;
  const sleepers = new Set<() => void>();
  const underWay = new Set<Promise<void>>();

  async function work(): Promise<void> {
    while (!stopping) {
      const callback = await inbox.take().catch((error: Error) => {
        log.warn({ reason: error.message }, 'inbox not read');
        return null;
      });
      // Taken while stopping, it is another's when its lease ends.
      if (stopping) return;
      if (callback === null) await rest();
      else await busyWith(workOff(callback));
    }
  }

  async function busyWith(doing: Promise<void>): Promise<void> {
    underWay.add(doing);
    await doing;
    underWay.delete(doing);
  }

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
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      // Where not even that can be kept, its lease ends and it comes again.
      const parked = await inbox.failed(callback, reason).catch(() => false);
      if (parked) log.error({ ...about, reason }, 'callback put aside');
      else log.warn({ ...about, reason }, 'callback not worked off yet');
    }
  }

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const wakeUp = () => {
        clearTimeout(timer);
        sleepers.delete(wakeUp);
        resolve();
      };
      const timer = setTimeout(wakeUp, lookAgainMs);
      sleepers.add(wakeUp);
    });
  }

  const wake = () => {
    for (const wakeUp of [...sleepers]) wakeUp();
  };
  for (let hand = 0; hand < hands; hand += 1) void work();
  return {
    wake,
    async stop() {
      stopping = true;
      wake();
      // Not for who only asks whether something is due: a database that fell silent would keep the process.
      await Promise.all(underWay);
    },
  };
}
