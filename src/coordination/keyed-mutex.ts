/** Runs `work` when it is its turn: one at a time of a name, in the order they came. */
export type WithLock = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Turns by name; whoever waits holds nothing but memory. */
export function createKeyedMutex(): WithLock {
  const lastOf = new Map<string, Promise<void>>();

  return async (name, work) => {
    const turn = (lastOf.get(name) ?? Promise.resolve()).then(work);
    const ended = turn.then(
      () => {},
      () => {},
    );
    lastOf.set(name, ended);
    try {
      return await turn;
    } finally {
      if (lastOf.get(name) === ended) lastOf.delete(name);
    }
  };
}
