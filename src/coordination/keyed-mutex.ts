/**
 * Runs `task` while no other task runs under the same key; further tasks wait in arrival order. The result is that of the
 * task.
 */
export type WithLock = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/** Creates a mutex per key within this process. A waiting task occupies memory only. */
export function createKeyedMutex(): WithLock {
  const lastByKey = new Map<string, Promise<void>>();

  return async (key, task) => {
    const running = (lastByKey.get(key) ?? Promise.resolve()).then(task);
    const ended = running.then(
      () => {},
      () => {},
    );
    lastByKey.set(key, ended);
    try {
      return await running;
    } finally {
      if (lastByKey.get(key) === ended) lastByKey.delete(key);
    }
  };
}
