/** Changes that are handled together. */
export interface CollectedChanges<T> {
  add(change: T): void;
}

/** Collects changes for `ms` after the first one, then handles all of them at once; each counts once. */
export function collectChanges<T>(
  ms: number,
  handle: (changes: ReadonlySet<T>) => void,
): CollectedChanges<T> {
  let waiting = new Set<T>();
  return {
    add(change) {
      if (waiting.size === 0)
        setTimeout(() => {
          const collected = waiting;
          waiting = new Set();
          handle(collected);
        }, ms).unref();
      waiting.add(change);
    },
  };
}
