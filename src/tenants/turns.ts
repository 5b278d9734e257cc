interface Waiting {
  readonly name: string;
  readonly begin: () => void;
}

/** Runs `work` when it is its turn: one at a time of a name, in the order they came. */
export type InTurn = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Turns for at most `most` names at once; whoever waits holds nothing but memory. */
export function createTurns(most: number): InTurn {
  const busy = new Set<string>();
  const queue: Waiting[] = [];

  function beginNext(): void {
    const next = busy.size < most ? queue.findIndex(({ name }) => !busy.has(name)) : -1;
    const [waiting] = next < 0 ? [] : queue.splice(next, 1);
    if (waiting === undefined) return;
    busy.add(waiting.name);
    waiting.begin();
  }

  return async (name, work) => {
    await new Promise<void>((begin) => {
      queue.push({ name, begin });
      beginNext();
    });
    try {
      return await work();
    } finally {
      busy.delete(name);
      beginNext();
    }
  };
}
