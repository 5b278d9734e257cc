import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { atMost } from '../../cache-size.ts';
import { toResponseError } from '../transport/api-response.ts';
import { isContextIdentifier, type LoginEndpoints, type ToAllowedUrl } from '../transport/endpoints.ts';
import type { HttpClient, HttpResponse } from '../transport/http.ts';
import { booleanOrFalse, lenientString, readBody, stringOrEmpty } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';

const tenantStateNames = [
  'Unknown',
  'Provisioning',
  'Running',
  'Deleted',
  'Suspended',
  'OnlineMaintenance',
  'OfflineMaintenance',
  'ProvisioningFailed',
  'Deleting',
  'DeleteFailed',
  'MigrationPending',
] as const;

/** The states of a tenant (docs/superoffice/web-api.md#72-state-api). Any other name is read as `Unknown`. */
export type TenantStateName = (typeof tenantStateNames)[number];

/** The state of a tenant as the state API reports it. */
export interface TenantState {
  readonly state: TenantStateName;
  readonly isRunning: boolean;
  /**
   * The base URL of the web API, without a trailing slash. Credentials may be sent to it only while
   * `isRunning`.
   */
  readonly api: string;
  /** The address of the CRM, without a trailing slash; empty if none is reported on an allowed host. */
  readonly endpoint: string;
  /** When to read the state again, in ms since 1970; 0 if not reported. */
  readonly validUntil: number;
  readonly version?: string;
}

/** A cache of tenant states. */
export interface TenantStateCache {
  /** @throws SuperOfficeError `tenant-unknown`, `api-host-refused`, or an error of the connection */
  getState(tenantId: string): Promise<TenantState>;
  /** The state as it was last read, however old; undefined if this process has not read it. Sends no request. */
  peek(tenantId: string): TenantState | undefined;
  /**
   * A newer state than `stale`, which proved wrong. Concurrent callers share one request. Rejects like
   * `getState`.
   */
  refresh(tenantId: string, stale: TenantState): Promise<TenantState>;
  /** The state as SuperOffice reports it now, never a cached one. Rejects like `getState`. */
  readAgain(tenantId: string): Promise<TenantState>;
  invalidate(tenantId: string): void;
  invalidateAll(): void;
}

/**
 * Assumption: bounds for `ValidUntil`. The documents name none (docs/superoffice/web-api.md#72-state-api).
 */
const minTtlMs = 30_000;
const maxTtlMs = 60 * 60 * 1000;
const maxTenants = 10_000;
const operation = 'tenant state';

const stateSchema = z.object({
  ContextIdentifier: stringOrEmpty,
  State: z.enum(tenantStateNames).catch('Unknown'),
  IsRunning: booleanOrFalse,
  ValidUntil: stringOrEmpty,
  Api: stringOrEmpty,
  Endpoint: lenientString,
  Version: stringOrEmpty,
});

/** Caches tenant states, read without a credential, until their `ValidUntil`, within bounds. */
export function createTenantStates(deps: {
  readonly endpoints: LoginEndpoints;
  readonly http: HttpClient;
  readonly toAllowedUrl: ToAllowedUrl;
  /** Called when a state was read although another one may be cached, here or in other processes. */
  readonly onReadAgain: (tenantId: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): TenantStateCache {
  const { endpoints, http, toAllowedUrl, onReadAgain, now } = deps;
  const cache = new LRUCache<string, TenantState>({
    ...atMost(maxTenants),
    ttl: minTtlMs,
    ttlResolution: 0,
    perf: { now },
    ignoreFetchAbort: true,
    fetchMethod: async (tenantId, _stale, { options }) => {
      const state = await readState(tenantId);
      options.ttl = toTtlMs(state, now());
      return state;
    },
  });

  async function readState(tenantId: string): Promise<TenantState> {
    const response = await http.request({ operation, method: 'GET', url: endpoints.state(tenantId) });
    const { status, body } = response;
    // Assumption: the response for an unknown customer is not documented
    // (docs/superoffice/web-api.md#72-state-api).
    if (status === 404 || status === 410 || (status === 200 && body === null)) throw unknownTenant();
    if (status !== 200) throw toStateError(response);
    const state = readBody(operation, stateSchema, body);
    if (state.ContextIdentifier !== tenantId) {
      throw new SuperOfficeError('unexpected-response', operation, { detail: 'ContextIdentifier' });
    }
    if (state.IsRunning && toAllowedUrl(state.Api) === null) {
      throw new SuperOfficeError('api-host-refused', operation);
    }
    return {
      state: state.State,
      isRunning: state.IsRunning,
      api: state.Api.replace(/\/+$/, ''),
      endpoint: readEndpoint(state.Endpoint),
      validUntil: Date.parse(state.ValidUntil) || 0,
      ...(state.Version === '' ? {} : { version: state.Version }),
    };
  }

  function readEndpoint(endpoint: string): string {
    return toAllowedUrl(endpoint) === null ? '' : endpoint.replace(/\/+$/, '');
  }

  async function getState(tenantId: string): Promise<TenantState> {
    requireContextIdentifier(tenantId);
    return cache.forceFetch(tenantId);
  }

  /** A request of its own, so that one that is in flight for long delays nobody else. */
  async function readAgain(tenantId: string): Promise<TenantState> {
    requireContextIdentifier(tenantId);
    const state = await readState(tenantId);
    cache.set(tenantId, state, { ttl: toTtlMs(state, now()) });
    onReadAgain(tenantId);
    return state;
  }

  return {
    getState,
    peek: (tenantId) => cache.peek(tenantId, { allowStale: true }),
    async refresh(tenantId, stale) {
      if (cache.peek(tenantId) !== stale) return getState(tenantId);
      cache.delete(tenantId);
      const state = await getState(tenantId);
      onReadAgain(tenantId);
      return state;
    },
    readAgain,
    invalidate: (tenantId) => {
      cache.delete(tenantId);
    },
    invalidateAll: () => cache.clear(),
  };
}

/**
 * The state API needs no credential, so its 401 or 403 says nothing about the app's permissions in a tenant.
 */
function toStateError(response: HttpResponse): SuperOfficeError {
  const { status } = response;
  const isRefusal = status === 401 || status === 403;
  return isRefusal
    ? new SuperOfficeError('unexpected-response', operation, { status })
    : toResponseError(operation, response);
}

function toTtlMs({ validUntil }: TenantState, now: number): number {
  return Math.min(Math.max(validUntil - now, minTtlMs), maxTtlMs);
}

function requireContextIdentifier(tenantId: string): void {
  if (!isContextIdentifier(tenantId)) throw unknownTenant();
}

function unknownTenant(): SuperOfficeError {
  return new SuperOfficeError('tenant-unknown', operation);
}
