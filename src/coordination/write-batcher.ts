import { AppError } from '../errors.ts';

/** Writes one item, possibly in one statement with others. @returns its own result; @throws its own error */
export type WriteItem<T, R> = (item: T) => Promise<R>;

interface PendingItem<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Batches concurrent writes: items that arrive during a statement are written together by the next one. `write` returns
 * one result per item, in their order. If it rejects a batch, each item is written alone, so that none fails because of
 * another.
 */
export function createWriteBatcher<T, R>(
  write: (items: readonly T[]) => Promise<readonly R[]>,
  maxBatchSize: number,
): WriteItem<T, R> {
  const pending: PendingItem<T, R>[] = [];
  let isWriting = false;

  async function drain(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    while (pending.length > 0) await writeBatch(pending.splice(0, maxBatchSize));
    isWriting = false;
  }

  async function writeBatch(batch: readonly PendingItem<T, R>[]): Promise<void> {
    try {
      const results = await write(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as R);
    } catch (error) {
      await handleFailure(batch, error);
    }
  }

  async function handleFailure(batch: readonly PendingItem<T, R>[], error: unknown): Promise<void> {
    if (batch.length > 1 && !isUnavailable(error)) for (const entry of batch) await writeBatch([entry]);
    else for (const { reject } of batch) reject(error);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      pending.push({ item, resolve, reject });
      void drain();
    });
}

/** While the database is unavailable, writing the items one by one would add up their timeouts. */
function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'database-unavailable';
}
