import { setTimeout as sleep } from 'node:timers/promises';
import type { SystemUserTenant, Tickets } from '../auth/tickets.ts';
import { unwrapResponse } from '../transport/api-response.ts';
import type { ToAllowedUrl } from '../transport/endpoints.ts';
import type { Http, HttpRequest, HttpResponse } from '../transport/http.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { TenantState, TenantStates } from './tenant-state.ts';

/** One call of the web API. `path` is what follows `/v1/`, such as `Agents/License/GetLicenseFromDB`. */
export interface ApiCall {
  readonly operation: string;
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly json?: unknown;
  /** Language of multi-language texts; English unless told, as without one they arrive unresolved. */
  readonly language?: string;
  /** True if null is an answer and not a failure. */
  readonly mayBeNull?: boolean;
}

/** Calls the web API of one tenant as one identity; answers the body, rejects with a SuperOfficeError. */
export interface TenantApiClient {
  call(call: ApiCall): Promise<unknown>;
}

export interface WebApi {
  asSystemUser(tenant: SystemUserTenant): TenantApiClient;
  asUser(tenantId: string, accessToken: string): TenantApiClient;
}

export interface WebApiDeps {
  readonly states: TenantStates;
  readonly tickets: Tickets;
  readonly http: Http;
  readonly toAllowedUrl: ToAllowedUrl;
  readonly clientSecret: string;
  readonly circuitBreaker: CircuitBreaker;
  /** Takes a place among a tenant's calls: how long to wait, ms; null where too many wait. */
  readonly acquireCall: (tenantId: string) => Promise<number | null>;
}

interface Credentials {
  readonly tenantId: string;
  secret(): Promise<string>;
  headers(secret: string): Record<string, string>;
  /** Another secret after `refused`, if there can be one; the same where another would not help. */
  readonly renew?: (refused: string) => Promise<string>;
}

/**
 * The tenants' web API (docs/superoffice/web-api.md#1-essentials to #3-errors). A tenant that is not running
 * is not called (`tenant-not-running`), nor is one in trouble (`circuit-open`), nor more often than it may be
 * (`too-many-calls`). Heals once each: 421 reads the tenant's state anew, 401 renews a system user's ticket.
 */
export function createWebApi(deps: WebApiDeps): WebApi {
  return {
    asSystemUser: (tenant) =>
      apiClient(deps, {
        tenantId: tenant.tenantId,
        secret: () => deps.tickets.getTicket(tenant),
        headers: (ticket) => ({ Authorization: `SOTicket ${ticket}`, 'SO-AppToken': deps.clientSecret }),
        renew: (refused) => deps.tickets.refresh(tenant, refused),
      }),
    asUser: (tenantId, accessToken) =>
      apiClient(deps, {
        tenantId,
        secret: async () => accessToken,
        headers: (token) => ({ Authorization: `Bearer ${token}` }),
      }),
  };
}

function apiClient(deps: WebApiDeps, identity: Credentials): TenantApiClient {
  async function callWithRecovery(call: ApiCall): Promise<unknown> {
    const recovered = new Set<number>();
    let reached = await reach(deps, identity, call);
    for (;;) {
      const answer = await send(deps, identity, call, reached);
      const next = recovered.has(answer.status)
        ? null
        : await recover(deps, identity, answer.status, reached);
      if (next === null) return unwrapResponse(call, answer);
      recovered.add(answer.status);
      reached = next;
    }
  }

  return {
    call: (call) =>
      deps.circuitBreaker.execute(identity.tenantId, call.operation, () => callWithRecovery(call)),
  };
}

/** What to try again with after this status, null if trying again would not help. */
async function recover(
  { states }: WebApiDeps,
  identity: Credentials,
  status: number,
  { state, secret }: Reached,
): Promise<Reached | null> {
  if (status === 421) return { state: await states.refresh(identity.tenantId, state), secret };
  if (status !== 401 || !identity.renew) return null;
  const renewed = await identity.renew(secret);
  return renewed === secret ? null : { state, secret: renewed };
}

interface Reached {
  readonly state: TenantState;
  readonly secret: string;
}

/** State and secret at the same time; when both fail, the state tells more. */
async function reach(
  { states }: WebApiDeps,
  identity: Credentials,
  { operation }: ApiCall,
): Promise<Reached> {
  const [state, secret] = await Promise.allSettled([states.getState(identity.tenantId), identity.secret()]);
  if (state.status === 'rejected') throw state.reason;
  requireRunning(state.value, operation);
  if (secret.status === 'rejected') throw secret.reason;
  return { state: state.value, secret: secret.value };
}

function requireRunning({ isRunning, state }: TenantState, operation: string): void {
  if (!isRunning) throw new SuperOfficeError('tenant-not-running', operation, { detail: state });
}

async function send(
  deps: WebApiDeps,
  identity: Credentials,
  call: ApiCall,
  { state, secret }: Reached,
): Promise<HttpResponse> {
  requireRunning(state, call.operation);
  const target = deps.toAllowedUrl(`${state.api}/v1/${call.path}`);
  if (target === null) throw new SuperOfficeError('api-host-refused', call.operation);
  const wait = await deps.acquireCall(identity.tenantId);
  if (wait === null) throw new SuperOfficeError('too-many-calls', call.operation);
  await sleep(wait);
  return deps.http.request({
    operation: call.operation,
    method: call.method,
    url: target.href,
    headers: { ...identity.headers(secret), 'Accept-Language': call.language ?? 'en' },
    ...(call.json === undefined ? {} : { json: call.json }),
  });
}
