import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { isContextIdentifier } from '../transport/context-identifier.ts';
import type { LoginEndpoints, ToAllowedUrl } from '../transport/endpoints.ts';
import type { Http, HttpResponse } from '../transport/http.ts';
import { toResponseError } from '../transport/refused-answer.ts';
import { flag, readBody, text } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';

const STATE_NAMES = [
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

/**
 * SuperOffice's names (docs/superoffice/web-api.md#72-state-api); a name not among them reads as `Unknown`.
 */
export type TenantStateName = (typeof STATE_NAMES)[number];

/** Where a tenant is now. `api` has no trailing slash and is only a credential target while `isRunning`. */
export interface TenantState {
  readonly state: TenantStateName;
  readonly isRunning: boolean;
  readonly api: string;
  /** Milliseconds since 1970; when SuperOffice wants to be asked again, 0 if it did not say. */
  readonly validUntil: number;
  readonly version?: string;
}

export interface TenantStates {
  /** Throws `tenant-unknown`, `api-host-refused` or an error of the connection. */
  getState(tenantId: string): Promise<TenantState>;
  /** A state read after `stale` proved wrong; one request however many ask. */
  refresh(tenantId: string, stale: TenantState): Promise<TenantState>;
  invalidate(tenantId: string): void;
}

export interface TenantStatesDeps {
  readonly endpoints: LoginEndpoints;
  readonly http: Http;
  readonly toAllowedUrl: ToAllowedUrl;
  readonly now: () => number;
}

/**
 * A guess: how far `ValidUntil` may be trusted. The documents name no bounds
 * (docs/superoffice/web-api.md#72-state-api).
 */
const STATE_LIFE_MS = { least: 30_000, most: 60 * 60 * 1000 } as const;
const MOST_TENANTS = 10_000;
const OPERATION = 'tenant state';

const Answer = z.object({
  ContextIdentifier: text,
  State: z.enum(STATE_NAMES).catch('Unknown'),
  IsRunning: flag,
  ValidUntil: text,
  Api: text,
  Version: text,
});

/** The state of tenants, read without a credential and kept until it wants to be asked again, within bounds. */
export function createTenantStates({ endpoints, http, toAllowedUrl, now }: TenantStatesDeps): TenantStates {
  const cache = new LRUCache<string, TenantState>({
    max: MOST_TENANTS,
    ttl: STATE_LIFE_MS.least,
    ttlResolution: 0,
    perf: { now },
    ignoreFetchAbort: true,
    fetchMethod: async (tenantId, _stale, { options }) => {
      const state = await readState(tenantId);
      options.ttl = Math.min(Math.max(state.validUntil - now(), STATE_LIFE_MS.least), STATE_LIFE_MS.most);
      return state;
    },
  });

  async function readState(tenantId: string): Promise<TenantState> {
    const answer = await http.request({
      operation: OPERATION,
      method: 'GET',
      url: endpoints.state(tenantId),
    });
    // What SuperOffice answers for a customer it does not know is not documented
    // (docs/superoffice/web-api.md#72-state-api).
    if (answer.status === 404 || (answer.status === 200 && answer.body === null)) throw unknown();
    if (answer.status !== 200) throw unreadable(answer);
    const state = readBody(OPERATION, Answer, answer.body);
    if (state.ContextIdentifier !== tenantId) {
      throw new SuperOfficeError('unexpected-response', OPERATION, { detail: 'ContextIdentifier' });
    }
    if (state.IsRunning && toAllowedUrl(state.Api) === null)
      throw new SuperOfficeError('api-host-refused', OPERATION);
    return {
      state: state.State,
      isRunning: state.IsRunning,
      api: state.Api.replace(/\/+$/, ''),
      validUntil: Date.parse(state.ValidUntil) || 0,
      ...(state.Version === '' ? {} : { version: state.Version }),
    };
  }

  async function stateOf(tenantId: string): Promise<TenantState> {
    if (!isContextIdentifier(tenantId)) throw unknown();
    return cache.forceFetch(tenantId);
  }

  return {
    getState: stateOf,
    refresh(tenantId, stale) {
      if (cache.peek(tenantId) === stale) cache.delete(tenantId);
      return stateOf(tenantId);
    },
    invalidate: (tenantId) => {
      cache.delete(tenantId);
    },
  };
}

/** It wants no credential: that it refuses one says nothing about what this app may do in a tenant. */
function unreadable(answer: HttpResponse): SuperOfficeError {
  const { status } = answer;
  const refuses = status === 401 || status === 403;
  return refuses
    ? new SuperOfficeError('unexpected-response', OPERATION, { status })
    : toResponseError(OPERATION, answer);
}

function unknown(): SuperOfficeError {
  return new SuperOfficeError('tenant-unknown', OPERATION);
}
