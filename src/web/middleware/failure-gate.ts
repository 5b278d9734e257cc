import { AppError } from '../../errors.ts';
import type { TokenBuckets } from './token-bucket.ts';

/**
 * Lets attempts pass that may fail, as many at a time as may still fail by the limit: the others wait for those to end. So
 * any number of attempts that succeed pass, and no number of attempts at the same time exceeds the limit.
 */
export interface FailureGate {
  /**
   * @param isFailure whether the error of an attempt counts
   * @throws AppError `too-many-requests` if too many attempts of this key failed, or it waited too long; the error of `attempt`
   */
  pass<T>(key: string, attempt: () => Promise<T>, isFailure: (error: unknown) => boolean): Promise<T>;
}

/** An attempt that waits longer is refused, ms. */
const maxWaitMs = 10_000;

/** The attempts of one key. */
interface Line {
  inFlight: number;
  /** The attempts that wait, in their order; each is called when it may try again. */
  readonly waiters: (() => void)[];
}

/** @param buckets count the failures, and the attempts in flight */
export function createFailureGate(buckets: TokenBuckets): FailureGate {
  const lines = new Map<string, Line>();

  async function enter(key: string, line: Line): Promise<void> {
    const deadline = performance.now() + maxWaitMs;
    for (let isFirst = line.waiters.length === 0; ; isFirst = true) {
      const seconds = isFirst ? buckets.take(key) : 0;
      if (isFirst && seconds === 0) break;
      if (isFirst && line.inFlight === 0) {
        end(key, line);
        throw new AppError('too-many-requests', { retryAfterSeconds: seconds });
      }
      await waitInLine(line, isFirst, deadline - performance.now());
    }
    line.inFlight += 1;
    // There may be tokens for more.
    line.waiters.shift()?.();
  }

  /** Lets the next one try; forgets a line without attempts. */
  function end(key: string, line: Line): void {
    line.waiters.shift()?.();
    if (line.inFlight === 0 && line.waiters.length === 0) lines.delete(key);
  }

  return {
    async pass(key, attempt, isFailure) {
      const line = lines.get(key) ?? { inFlight: 0, waiters: [] };
      lines.set(key, line);
      await enter(key, line);
      try {
        const result = await attempt();
        buckets.giveBack(key);
        return result;
      } catch (error) {
        if (!isFailure(error)) buckets.giveBack(key);
        throw error;
      } finally {
        line.inFlight -= 1;
        end(key, line);
      }
    },
  };
}

/** Resolves when it is this attempt's turn. One that had its turn and found no token keeps its place. */
function waitInLine({ waiters }: Line, isFirst: boolean, patienceMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiters.splice(waiters.indexOf(proceed), 1);
      reject(new AppError('too-many-requests', { retryAfterSeconds: 1 }));
    }, patienceMs);
    const proceed = () => {
      clearTimeout(timer);
      resolve();
    };
    if (isFirst) waiters.unshift(proceed);
    else waiters.push(proceed);
  });
}
