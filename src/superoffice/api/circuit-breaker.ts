import { LRUCache } from 'lru-cache';
import { SuperOfficeError, type SuperOfficeErrorCode } from '../transport/superoffice-error.ts';

/** Keeps calls from tenants that are in trouble, until they had time to recover. */
export interface CircuitBreaker {
  /** Runs `call` and learns from it. @throws `circuit-open` without calling, where the tenant is left alone now */
  execute<T>(tenantId: string, operation: string, call: () => Promise<T>): Promise<T>;
  /** Another process leaves a tenant alone for so long, ms. */
  openFromPeer(tenantId: string, cooldownMs: number): void;
}

interface Circuit {
  readonly failures: number;
  readonly openUntil: number;
}

/** So many failures in a row tell that it is not one call. */
export const maxFailures = 5;
const firstCooldownMs = 10_000;
const maxCooldownMs = 5 * 60_000;
/** However long SuperOffice wants to be left alone, it is asked again after this, ms. */
const maxRetryAfterMs = 60 * 60_000;
const maxTenants = 10_000;
const closed: Circuit = { failures: 0, openUntil: 0 };

/** The tenant did not answer, or could not; any other error is an answer. */
const trouble: readonly SuperOfficeErrorCode[] = ['unreachable', 'timeout', 'server-error', 'throttled'];

/**
 * A circuit per tenant. It opens after some failures in a row, or as soon as SuperOffice says when to come again
 * (Retry-After); then one call at a time tries, and each failure doubles the rest.
 */
export function createCircuitBreaker(deps: {
  now: () => number;
  /** Hears that a tenant is left alone for so long, ms. */
  onOpen: (tenantId: string, cooldownMs: number) => void;
}): CircuitBreaker {
  const { now, onOpen } = deps;
  const circuitBreaker = new LRUCache<string, Circuit>({ max: maxTenants });
  const halfOpenProbes = new Map<string, Promise<void>>();

  const circuitFor = (tenantId: string) => circuitBreaker.get(tenantId) ?? closed;

  function failed(tenantId: string, wishSeconds: number | undefined): void {
    const before = circuitFor(tenantId);
    // Opened while this call was under way: it tells nothing new.
    if (before.openUntil > now()) return;
    const failures = before.failures + 1;
    const cooldownMs = cooldownAfter(failures, wishSeconds);
    circuitBreaker.set(tenantId, { failures, openUntil: cooldownMs > 0 ? now() + cooldownMs : 0 });
    if (cooldownMs > 0) onOpen(tenantId, cooldownMs);
  }

  function learn(tenantId: string, error: unknown): void {
    // Our own limit says nothing about the tenant.
    if (!(error instanceof SuperOfficeError) || error.code === 'too-many-calls') return;
    if (trouble.includes(error.code)) failed(tenantId, error.retryAfterSeconds);
    else circuitBreaker.delete(tenantId);
  }

  async function judged<T>(tenantId: string, call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      circuitBreaker.delete(tenantId);
      return answer;
    } catch (error) {
      learn(tenantId, error);
      throw error;
    }
  }

  return {
    async execute(tenantId, operation, call) {
      // What comes of a trial is true for whoever came meanwhile.
      while (halfOpenProbes.has(tenantId)) await halfOpenProbes.get(tenantId);
      const { openUntil } = circuitFor(tenantId);
      if (openUntil > now()) throw new SuperOfficeError('circuit-open', operation);
      const judging = judged(tenantId, call);
      if (openUntil > 0) {
        const end = () => void halfOpenProbes.delete(tenantId);
        halfOpenProbes.set(tenantId, judging.then(end, end));
      }
      return judging;
    },
    openFromPeer(tenantId, cooldownMs) {
      const { failures, openUntil } = circuitFor(tenantId);
      circuitBreaker.set(tenantId, {
        failures: Math.max(failures, maxFailures),
        openUntil: Math.max(openUntil, now() + cooldownMs),
      });
    },
  };
}

/** How long to leave a tenant alone, ms; 0 for not yet. */
function cooldownAfter(failures: number, wishSeconds = 0): number {
  if (wishSeconds > 0) return Math.min(wishSeconds * 1000, maxRetryAfterMs);
  if (failures < maxFailures) return 0;
  return Math.min(firstCooldownMs * 2 ** (failures - maxFailures), maxCooldownMs);
}
