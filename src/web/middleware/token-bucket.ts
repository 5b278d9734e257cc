import { LRUCache } from 'lru-cache';
import { atMost } from '../../cache-size.ts';

/** How much each key may do. */
export interface BucketSize {
  /** Tokens of a full bucket. */
  readonly burst: number;
  /** Tokens that flow back per second, up to `burst`. */
  readonly perSecond: number;
}

/** A token bucket per key, in the memory of this process. */
export interface TokenBuckets {
  /** Takes a token. @returns 0, or the seconds until there is one, rounded up; then none is taken */
  take(key: string): number;
  /** The seconds until `take` succeeds, rounded up; 0 if it would now. */
  waitSeconds(key: string): number;
  /** Gives a taken token back. */
  giveBack(key: string): void;
}

/** Idle keys beyond this are forgotten, so a flood of made-up keys fills no memory. */
const maxKeys = 20_000;

/**
 * Creates token buckets. Each is stored as the time at which it is full again (the generic cell rate algorithm), so a
 * call costs one map access and no timer.
 * @param now the current time, ms since 1970
 */
export function createTokenBuckets({ burst, perSecond }: BucketSize, now: () => number): TokenBuckets {
  const msPerToken = 1_000 / perSecond;
  const fullAt = new LRUCache<string, number>(atMost(maxKeys));

  /** Tokens that are missing, in ms of their return. A clock that was set back does not extend it. */
  function missingMs(key: string): number {
    return Math.min(Math.max(0, (fullAt.get(key) ?? 0) - now()), burst * msPerToken);
  }

  /** The time until a token is there if so many ms of tokens are missing. */
  const toWaitMs = (missing: number) => Math.max(0, missing - (burst - 1) * msPerToken);

  return {
    take(key) {
      const missing = missingMs(key);
      const wait = toWaitMs(missing);
      if (wait > 0) return Math.ceil(wait / 1_000);
      fullAt.set(key, now() + missing + msPerToken);
      return 0;
    },
    waitSeconds: (key) => Math.ceil(toWaitMs(missingMs(key)) / 1_000),
    giveBack(key) {
      fullAt.set(key, now() + Math.max(0, missingMs(key) - msPerToken));
    },
  };
}
