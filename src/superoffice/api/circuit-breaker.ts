import { LRUCache } from 'lru-cache';
import { SuperOfficeError, type SuperOfficeErrorCode } from '../transport/superoffice-error.ts';

/** Keeps calls from tenants that are in trouble, until they had time to recover. */
export interface Circuits {
  /** Runs `call` and learns from it. @throws `circuit-open` without calling, where the tenant is left alone now */
  through<T>(ctx: string, operation: string, call: () => Promise<T>): Promise<T>;
  /** Another process leaves a tenant alone for so long, ms. */
  openedElsewhere(ctx: string, restMs: number): void;
}

interface Circuit {
  readonly failures: number;
  readonly openUntil: number;
}

/** So many failures in a row tell that it is not one call. */
export const mostFailures = 5;
const firstRestMs = 10_000;
const longestRestMs = 5 * 60_000;
/** However long SuperOffice wants to be left alone, it is asked again after this, ms. */
const longestWishMs = 60 * 60_000;
const mostTenants = 10_000;
const closed: Circuit = { failures: 0, openUntil: 0 };

/** The tenant did not answer, or could not; any other error is an answer. */
const trouble: readonly SuperOfficeErrorCode[] = ['unreachable', 'timeout', 'server-error', 'throttled'];

/**
 * A circuit per tenant. It opens after some failures in a row, or as soon as SuperOffice says when to come again
 * (Retry-After); then one call at a time tries, and each failure doubles the rest.
 */
export function createCircuits(deps: {
  now: () => number;
  /** Hears that a tenant is left alone for so long, ms. */
  onOpen: (ctx: string, restMs: number) => void;
}): Circuits {
  const { now, onOpen } = deps;
  const circuits = new LRUCache<string, Circuit>({ max: mostTenants });
  const trials = new Map<string, Promise<void>>();

  const circuitOf = (ctx: string) => circuits.get(ctx) ?? closed;

  function failed(ctx: string, wishSeconds: number | undefined): void {
    const before = circuitOf(ctx);
    // Opened while this call was under way: it tells nothing new.
    if (before.openUntil > now()) return;
    const failures = before.failures + 1;
    const restMs = restAfter(failures, wishSeconds);
    circuits.set(ctx, { failures, openUntil: restMs > 0 ? now() + restMs : 0 });
    if (restMs > 0) onOpen(ctx, restMs);
  }

  function learn(ctx: string, error: unknown): void {
    // Our own limit says nothing about the tenant.
    if (!(error instanceof SuperOfficeError) || error.code === 'too-many-calls') return;
    if (trouble.includes(error.code)) failed(ctx, error.retryAfterSeconds);
    else circuits.delete(ctx);
  }

  async function judged<T>(ctx: string, call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      circuits.delete(ctx);
      return answer;
    } catch (error) {
      learn(ctx, error);
      throw error;
    }
  }

  return {
    async through(ctx, operation, call) {
      // What comes of a trial is true for whoever came meanwhile.
      while (trials.has(ctx)) await trials.get(ctx);
      const { openUntil } = circuitOf(ctx);
      if (openUntil > now()) throw new SuperOfficeError('circuit-open', operation);
      const judging = judged(ctx, call);
      if (openUntil > 0) {
        const end = () => void trials.delete(ctx);
        trials.set(ctx, judging.then(end, end));
      }
      return judging;
    },
    openedElsewhere(ctx, restMs) {
      const { failures, openUntil } = circuitOf(ctx);
      circuits.set(ctx, {
        failures: Math.max(failures, mostFailures),
        openUntil: Math.max(openUntil, now() + restMs),
      });
    },
  };
}

/** How long to leave a tenant alone, ms; 0 for not yet. */
function restAfter(failures: number, wishSeconds = 0): number {
  if (wishSeconds > 0) return Math.min(wishSeconds * 1000, longestWishMs);
  if (failures < mostFailures) return 0;
  return Math.min(firstRestMs * 2 ** (failures - mostFailures), longestRestMs);
}
