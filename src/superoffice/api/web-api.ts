import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../cache-size.ts';
import type { SystemUserTenant, TicketCache } from '../auth/tickets.ts';
import { unwrapResponse } from '../transport/api-response.ts';
import type { ToAllowedUrl } from '../transport/endpoints.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../transport/http.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { TenantState, TenantStateCache } from './tenant-state.ts';

/** One call of the web API. */
export interface ApiCall {
  /** Names the call in errors and metrics. */
  readonly operation: string;
  readonly method: HttpRequest['method'];
  /** The path after `/v1/`, for example `Agents/License/GetLicenseFromDB`. */
  readonly path: string;
  readonly json?: unknown;
  /** Language of multi-language texts, English by default. Without a language they arrive unresolved. */
  readonly language?: string;
  /** True if null is a valid result and not a failure. */
  readonly mayBeNull?: boolean;
}

/** Calls the web API of one tenant with one kind of credentials. */
export interface TenantApiClient {
  /**
   * Returns the body of the response.
   * @throws SuperOfficeError if the call fails, `tenant-not-running` or `circuit-open` if the tenant is not
   * called now, `too-many-calls` if the rate limiter rejects the call
   */
  call(call: ApiCall): Promise<unknown>;
}

/**
 * Which of the calls that a tenant may receive a client takes. `any` waits up to ten seconds. `soon` waits up to 1.5 seconds,
 * `spare` not at all and leaves some to others; else the call fails with `too-many-calls`.
 */
export type CallTurn = 'any' | 'soon' | 'spare';

/** Creates API clients for a tenant's system user or for one of its users. */
export interface WebApi {
  asSystemUser(tenant: SystemUserTenant, turn?: CallTurn): TenantApiClient;
  asUser(tenantId: string, accessToken: string, turn?: CallTurn): TenantApiClient;
}

/** How calls of one client are authenticated, and which they take. */
interface Credentials {
  readonly turn: CallTurn;
  readonly tenantId: string;
  /** The ticket or access token. */
  getSecret(): Promise<string>;
  toHeaders(secret: string): Record<string, string>;
  /** A replacement for a refused secret; the same secret if there is none. */
  readonly refreshSecret?: (refused: string) => Promise<string>;
}

/** The tenant state and the secret that a request uses. */
interface Attempt {
  readonly state: TenantState;
  readonly secret: string;
}

/**
 * How long a call that was refused with a new ticket too is not tried with another one, ms: the refusal concerns the
 * call, and every exchange of a ticket adds a row to the customer's database.
 */
export const refusalMemoryMs = 5 * 60_000;
const maxRefusedCalls = 10_000;

type Deps = Parameters<typeof createWebApi>[0] & {
  /** The calls that were refused with a new ticket, by tenant and operation. */
  readonly refusedCalls: LRUCache<string, true>;
};

/**
 * The web API of all tenants (docs/superoffice/web-api.md#1-essentials to #3-errors). Respects the tenant
 * state, the circuit breaker and the rate limiter, and recovers once from each status in `recoveries`.
 */
export function createWebApi(options: {
  readonly states: TenantStateCache;
  readonly tickets: TicketCache;
  readonly http: HttpClient;
  readonly toAllowedUrl: ToAllowedUrl;
  readonly clientSecret: string;
  readonly circuitBreaker: CircuitBreaker;
  /** The rate limiter: how long to wait before a call, in ms; null if too many calls are waiting. */
  readonly acquireCall: (tenantId: string, turn: CallTurn) => Promise<number | null>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): WebApi {
  const refusedCalls = new LRUCache<string, true>({
    ...atMost(maxRefusedCalls),
    ttl: refusalMemoryMs,
    ttlResolution: 0,
    perf: { now: options.now },
  });
  const deps = { ...options, refusedCalls };
  return {
    asSystemUser: (tenant, turn = 'any') =>
      createApiClient(deps, {
        turn,
        tenantId: tenant.tenantId,
        getSecret: () => deps.tickets.getTicket(tenant),
        toHeaders: (ticket) => ({ Authorization: `SOTicket ${ticket}`, 'SO-AppToken': deps.clientSecret }),
        refreshSecret: (refused) => deps.tickets.refresh(tenant, refused),
      }),
    asUser: (tenantId, accessToken, turn = 'any') =>
      createApiClient(deps, {
        turn,
        tenantId,
        getSecret: async () => accessToken,
        toHeaders: (token) => ({ Authorization: `Bearer ${token}` }),
      }),
  };
}

function createApiClient(deps: Deps, credentials: Credentials): TenantApiClient {
  async function callWithRecovery(call: ApiCall): Promise<unknown> {
    const recoveredFrom = new Set<number>();
    let attempt = await prepareAttempt(deps, credentials, call);
    const callKey = `${credentials.tenantId} ${call.operation}`;
    for (;;) {
      const response = await send(deps, credentials, call, attempt);
      const { status } = response;
      const recover = mayRecover(deps, callKey, status, recoveredFrom) ? recoveries[status] : undefined;
      const nextAttempt = (await recover?.(deps, credentials, attempt)) ?? null;
      if (nextAttempt === null) return unwrapResponse(call, response);
      recoveredFrom.add(status);
      attempt = nextAttempt;
    }
  }

  return {
    call: (call) =>
      deps.circuitBreaker.execute(credentials.tenantId, call.operation, () => callWithRecovery(call)),
  };
}

/** Whether to recover from a status, once per call, and from 401 unless a new ticket was refused before. */
function mayRecover(
  { refusedCalls }: Deps,
  callKey: string,
  status: number,
  recoveredFrom: ReadonlySet<number>,
): boolean {
  if (status !== 401) return !recoveredFrom.has(status);
  if (recoveredFrom.has(status)) refusedCalls.set(callKey, true);
  return !refusedCalls.has(callKey);
}

/** How to recover from a status: returns the attempt to retry with, null if a retry would not help. */
const recoveries: Readonly<
  Record<number, (deps: Deps, credentials: Credentials, failed: Attempt) => Promise<Attempt | null>>
> = {
  /** The ticket may have expired, whatever its age (docs/superoffice/auth.md#57-status-401). */
  401: async (_deps, { refreshSecret }, { state, secret: refused }) => {
    const secret = (await refreshSecret?.(refused)) ?? refused;
    return secret === refused ? null : { state, secret };
  },
  /** The tenant has moved to another host (docs/superoffice/auth.md#62-status-421). */
  421: async ({ states }, { tenantId }, { state, secret }) => ({
    state: await states.refresh(tenantId, state),
    secret,
  }),
};

/**
 * Reads state and secret concurrently. If both fail, throws the error of the state, which is more specific.
 */
async function prepareAttempt(
  { states }: Deps,
  credentials: Credentials,
  { operation }: ApiCall,
): Promise<Attempt> {
  // The secret takes longer: it may have to be looked up first.
  const [secret, state] = await Promise.allSettled([
    credentials.getSecret(),
    states.getState(credentials.tenantId),
  ]);
  if (state.status === 'rejected') throw state.reason;
  requireRunning(state.value, operation);
  if (secret.status === 'rejected') throw secret.reason;
  return { state: state.value, secret: secret.value };
}

function requireRunning({ isRunning, state }: TenantState, operation: string): void {
  if (!isRunning) throw new SuperOfficeError('tenant-not-running', operation, { detail: state });
}

async function send(
  deps: Deps,
  credentials: Credentials,
  call: ApiCall,
  { state, secret }: Attempt,
): Promise<HttpResponse> {
  requireRunning(state, call.operation);
  const url = deps.toAllowedUrl(`${state.api}/v1/${call.path}`);
  if (url === null) throw new SuperOfficeError('api-host-refused', call.operation);
  const waitMs = await deps.acquireCall(credentials.tenantId, credentials.turn);
  if (waitMs === null) throw new SuperOfficeError('too-many-calls', call.operation);
  if (waitMs > 0) await sleep(waitMs);
  return deps.http.request({
    operation: call.operation,
    method: call.method,
    url: url.href,
    headers: { ...credentials.toHeaders(secret), 'Accept-Language': call.language ?? 'en' },
    ...(call.json === undefined ? {} : { json: call.json }),
  });
}
