/** Works until told to stop. */
export interface Worker {
  /** Something may have come: looked for at once instead of at the next turn. */
  wake(): void;
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

/** Starts so many hands that take things to do, one each at a time. */
export function startWorker<T>(deps: {
  /** The next thing to do; null where there is none now. */
  take: () => Promise<T | null>;
  /** Does it; throws nothing. */
  processNext: (thing: T) => Promise<void>;
  onClaimFailed: (error: Error) => void;
  concurrency: number;
  /** How often an idle worker looks by itself, ms: a message that got lost, or what is due again, waits no longer. */
  pollIntervalMs: number;
}): Worker {
  const { take, processNext, onClaimFailed, concurrency, pollIntervalMs } = deps;
  let stopping = false;
  const sleepers = new Set<() => void>();
  const inFlight = new Set<Promise<void>>();

  async function work(): Promise<void> {
    while (!stopping) {
      const thing = await take().catch((error: Error) => {
        onClaimFailed(error);
        return null;
      });
      // Taken while stopping, it is another's when its lease ends.
      if (stopping) return;
      if (thing === null) await rest();
      else await busyWith(processNext(thing));
    }
  }

  async function busyWith(doing: Promise<void>): Promise<void> {
    inFlight.add(doing);
    await doing;
    inFlight.delete(doing);
  }

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const wakeUp = () => {
        clearTimeout(timer);
        sleepers.delete(wakeUp);
        resolve();
      };
      const timer = setTimeout(wakeUp, pollIntervalMs);
      sleepers.add(wakeUp);
    });
  }

  const wake = () => {
    for (const wakeUp of [...sleepers]) wakeUp();
  };
  for (let hand = 0; hand < concurrency; hand += 1) void work();
  return {
    wake,
    async stop() {
      stopping = true;
      wake();
      // Not for who only asks whether something is due: a database that fell silent would keep the process.
      await Promise.all(inFlight);
    },
  };
}
