import type { PgBoss } from 'pg-boss';
import { deadLetterQueue } from './queues.ts';

/** A job that failed `maxAttempts` times and needs the operator. */
interface DeadLetter {
  readonly id: string;
  /** The queue in which the job failed. */
  readonly queue: string;
  /** The stored payload; `unknown`, as it may be what made the job fail. */
  readonly payload: unknown;
  readonly deadLetteredAt: Date;
  readonly lastError: string;
}

/** Jobs that only an operator retries. */
export interface DeadLetters {
  /** Up to 1,000 dead letters, oldest first. */
  list(): Promise<DeadLetter[]>;
  /** Returns one dead letter to its queue, or all of them for null. @returns how many */
  retry(id: string | null): Promise<number>;
}

export function createDeadLetters(boss: PgBoss): DeadLetters {
  /** False on a database on which no server has run. */
  const hasQueue = async () => (await boss.getQueue(deadLetterQueue)) !== null;

  return {
    async list() {
      if (!(await hasQueue())) return [];
      const jobs = await boss.findJobs<unknown>(deadLetterQueue);
      return jobs.map(({ id, data, createdOn, sourceName, sourceOutput }) => ({
        id,
        queue: sourceName ?? 'unknown',
        payload: data,
        deadLetteredAt: createdOn,
        lastError: readMessage(sourceOutput),
      }));
    },

    async retry(id) {
      if (!(await hasQueue())) return 0;
      if (id !== null) return boss.redrive(deadLetterQueue, { ids: [id] });
      // One call moves up to 1,000. Jobs that fail meanwhile are left.
      const createdBefore = new Date();
      let moved = 0;
      for (let count = 1; count > 0; moved += count) {
        count = await boss.redrive(deadLetterQueue, { createdBefore });
      }
      return moved;
    },
  };
}

/** The message of an error as pg-boss stores it. */
function readMessage(output: unknown): string {
  const value = output !== null && typeof output === 'object' && 'value' in output ? output.value : output;
  return value !== null && typeof value === 'object' && 'message' in value ? String(value.message) : '';
}
