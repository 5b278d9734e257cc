import { LRUCache } from 'lru-cache';
import { atMost } from '../../cache-size.ts';
import { SuperOfficeError, type SuperOfficeErrorCode } from '../transport/superoffice-error.ts';

/** Pauses calls to failing tenants until they have had time to recover. */
export interface CircuitBreaker {
  /**
   * Runs `call` and records its outcome.
   * @throws SuperOfficeError `circuit-open`, without running `call`, while the tenant's circuit is open
   */
  execute<T>(tenantId: string, operation: string, call: () => Promise<T>): Promise<T>;
  /**
   * Opens the circuit because another process opened it for `cooldownMs`. Never shortens the current
   * cooldown.
   */
  openFromPeer(tenantId: string, cooldownMs: number): void;
}

/**
 * `closed`: calls run. `open`: calls are rejected until the cooldown ends. `half-open`: the cooldown has
 * ended, and one probe decides whether the circuit closes or opens again.
 */
type CircuitState = 'closed' | 'open' | 'half-open';

interface Circuit {
  readonly consecutiveFailures: number;
  /** End of the cooldown in ms since 1970; null while closed. */
  readonly openUntil: number | null;
}

/** The circuit opens after this number of consecutive failures. */
export const maxFailures = 5;
const firstCooldownMs = 10_000;
const maxCooldownMs = 5 * 60_000;
/** Upper bound for a Retry-After header. */
const maxRetryAfterMs = 60 * 60_000;
const maxTenants = 10_000;
const closedCircuit: Circuit = { consecutiveFailures: 0, openUntil: null };

/** Errors that indicate a failing tenant. Any other error is a definite response and closes the circuit. */
const failureCodes: readonly SuperOfficeErrorCode[] = ['unreachable', 'timeout', 'server-error', 'throttled'];

/**
 * A circuit breaker per tenant. A circuit opens after consecutive failures, or at once for a Retry-After
 * header. Every failed half-open probe doubles the cooldown.
 */
export function createCircuitBreaker(deps: {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called when a tenant's circuit opens for `cooldownMs`. */
  onOpen: (tenantId: string, cooldownMs: number) => void;
}): CircuitBreaker {
  const { now, onOpen } = deps;
  const circuits = new LRUCache<string, Circuit>(atMost(maxTenants));
  const halfOpenProbes = new Map<string, Promise<void>>();

  const getCircuit = (tenantId: string) => circuits.get(tenantId) ?? closedCircuit;

  function recordFailure(tenantId: string, retryAfterSeconds: number | undefined): void {
    const circuit = getCircuit(tenantId);
    // The circuit opened while this call was in flight: its failure adds nothing.
    if (getState(circuit, now()) === 'open') return;
    const consecutiveFailures = circuit.consecutiveFailures + 1;
    const cooldownMs = getCooldownMs(consecutiveFailures, retryAfterSeconds);
    const openUntil = cooldownMs > 0 ? now() + cooldownMs : null;
    circuits.set(tenantId, { consecutiveFailures, openUntil });
    if (openUntil !== null) onOpen(tenantId, cooldownMs);
  }

  function recordError(tenantId: string, error: unknown): void {
    // A rejection by our own rate limiter says nothing about the tenant.
    if (!(error instanceof SuperOfficeError) || error.code === 'too-many-calls') return;
    if (failureCodes.includes(error.code)) recordFailure(tenantId, error.retryAfterSeconds);
    else circuits.delete(tenantId);
  }

  async function runAndRecord<T>(tenantId: string, call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      circuits.delete(tenantId);
      return result;
    } catch (error) {
      recordError(tenantId, error);
      throw error;
    }
  }

  return {
    async execute(tenantId, operation, call) {
      // Wait for the half-open probe; its outcome applies to this call too.
      while (halfOpenProbes.has(tenantId)) await halfOpenProbes.get(tenantId);
      const state = getState(getCircuit(tenantId), now());
      if (state === 'open') throw new SuperOfficeError('circuit-open', operation);
      const result = runAndRecord(tenantId, call);
      if (state === 'half-open') {
        const endProbe = () => void halfOpenProbes.delete(tenantId);
        halfOpenProbes.set(tenantId, result.then(endProbe, endProbe));
      }
      return result;
    },
    openFromPeer(tenantId, cooldownMs) {
      const { consecutiveFailures, openUntil } = getCircuit(tenantId);
      circuits.set(tenantId, {
        consecutiveFailures: Math.max(consecutiveFailures, maxFailures),
        openUntil: Math.max(openUntil ?? 0, now() + cooldownMs),
      });
    },
  };
}

function getState({ openUntil }: Circuit, now: number): CircuitState {
  if (openUntil === null) return 'closed';
  return openUntil > now ? 'open' : 'half-open';
}

/** The cooldown in ms; 0 if the circuit remains closed. */
function getCooldownMs(consecutiveFailures: number, retryAfterSeconds = 0): number {
  if (retryAfterSeconds > 0) return Math.min(retryAfterSeconds * 1000, maxRetryAfterMs);
  if (consecutiveFailures < maxFailures) return 0;
  return Math.min(firstCooldownMs * 2 ** (consecutiveFailures - maxFailures), maxCooldownMs);
}
