import { AppError } from '../errors.ts';

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Has written together what comes while something is being written: one statement at a time, with at most so many items.
 * `write` gives a result for each item, in their order. Where it refuses several, each is tried alone, so that none fails
 * for another.
 */
export function createWriteBatcher<T, R>(
  write: (items: readonly T[]) => Promise<readonly R[]>,
  maxItems: number,
): (item: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = [];
  let isWriting = false;

  async function writeAll(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) await writeSome(waiting.splice(0, maxItems));
    isWriting = false;
  }

  async function writeSome(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await write(batch.map(({ item }) => item));
      for (const [place, { resolve }] of batch.entries()) resolve(results[place] as R);
    } catch (error) {
      await afterRefusal(batch, error);
    }
  }

  async function afterRefusal(batch: readonly Waiting<T, R>[], error: unknown): Promise<void> {
    if (batch.length > 1 && !isAway(error)) for (const each of batch) await writeSome([each]);
    else for (const { reject } of batch) reject(error);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      void writeAll();
    });
}

/** A database that does not answer would let each wait in turn. */
function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'database-unavailable';
}
