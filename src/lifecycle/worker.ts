/** A polling worker. */
export interface Worker {
  /** Claims work now instead of at the next poll. */
  wake(): void;
  /** Stops claiming and resolves when the items in progress are finished. */
  stop(): Promise<void>;
}

/** Starts a polling worker that processes up to `concurrency` items at once. */
export function startWorker<T>(deps: {
  /** The next item; null when none is due. */
  claim: () => Promise<T | null>;
  /** Must not reject. */
  processItem: (item: T) => Promise<void>;
  onClaimFailed: (error: Error) => void;
  concurrency: number;
  /** How often an idle worker claims without being woken, ms: covers lost notifications and items that become due. */
  pollIntervalMs: number;
}): Worker {
  const { claim, processItem, onClaimFailed, concurrency, pollIntervalMs } = deps;
  let stopping = false;
  const sleepers = new Set<() => void>();
  const inFlight = new Set<Promise<void>>();

  async function run(): Promise<void> {
    while (!stopping) {
      const item = await claim().catch((error: Error) => {
        onClaimFailed(error);
        return null;
      });
      // An item claimed while stopping is claimed again by another process when its lease expires.
      if (stopping) return;
      if (item === null) await sleepUntilWoken();
      else await track(processItem(item));
    }
  }

  async function track(processing: Promise<void>): Promise<void> {
    inFlight.add(processing);
    await processing;
    inFlight.delete(processing);
  }

  function sleepUntilWoken(): Promise<void> {
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
  for (let index = 0; index < concurrency; index += 1) void run();
  return {
    wake,
    async stop() {
      stopping = true;
      wake();
      // Pending claims are not awaited: a silent database would keep the process alive.
      await Promise.all(inFlight);
    },
  };
}
