import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { isContextIdentifier } from '../transport/context-identifier.ts';
import type { CredentialTarget, LoginEndpoints } from '../transport/endpoints.ts';
import type { Http, HttpResponse } from '../transport/http.ts';
import { refusedAnswer } from '../transport/refused-answer.ts';
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

/** SuperOffice's names (webapi.md 7.2); a name not among them reads as `Unknown`. */
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
  stateOf(ctx: string): Promise<TenantState>;
  /** A state read after `stale` proved wrong; one request however many ask. */
  renew(ctx: string, stale: TenantState): Promise<TenantState>;
  forget(ctx: string): void;
}

export interface TenantStatesDeps {
  readonly endpoints: LoginEndpoints;
  readonly http: Http;
  readonly credentialTarget: CredentialTarget;
  readonly now: () => number;
}

/** A guess: how far `ValidUntil` may be trusted. The documents name no bounds (webapi.md 7.2). */
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
export function createTenantStates({
  endpoints,
  http,
  credentialTarget,
  now,
}: TenantStatesDeps): TenantStates {
  const cache = new LRUCache<string, TenantState>({
    max: MOST_TENANTS,
    ttl: STATE_LIFE_MS.least,
    ttlResolution: 0,
    perf: { now },
    ignoreFetchAbort: true,
    fetchMethod: async (ctx, _stale, { options }) => {
      const state = await readState(ctx);
      options.ttl = Math.min(Math.max(state.validUntil - now(), STATE_LIFE_MS.least), STATE_LIFE_MS.most);
      return state;
    },
  });

  async function readState(ctx: string): Promise<TenantState> {
    const answer = await http.request({ operation: OPERATION, method: 'GET', url: endpoints.state(ctx) });
    // What SuperOffice answers for a customer it does not know is not documented (webapi.md 7.2).
    if (answer.status === 404 || (answer.status === 200 && answer.body === null)) throw unknown();
    if (answer.status !== 200) throw unreadable(answer);
    const state = readBody(OPERATION, Answer, answer.body);
    if (state.ContextIdentifier !== ctx) {
      throw new SuperOfficeError('unexpected-answer', OPERATION, { detail: 'ContextIdentifier' });
    }
    if (state.IsRunning && credentialTarget(state.Api) === null)
      throw new SuperOfficeError('api-host-refused', OPERATION);
    return {
      state: state.State,
      isRunning: state.IsRunning,
      api: state.Api.replace(/\/+$/, ''),
      validUntil: Date.parse(state.ValidUntil) || 0,
      ...(state.Version === '' ? {} : { version: state.Version }),
    };
  }

  async function stateOf(ctx: string): Promise<TenantState> {
    if (!isContextIdentifier(ctx)) throw unknown();
    return cache.forceFetch(ctx);
  }

  return {
    stateOf,
    renew(ctx, stale) {
      if (cache.peek(ctx) === stale) cache.delete(ctx);
      return stateOf(ctx);
    },
    forget: (ctx) => {
      cache.delete(ctx);
    },
  };
}

/** It wants no credential: that it refuses one says nothing about what this app may do in a tenant. */
function unreadable(answer: HttpResponse): SuperOfficeError {
  const { status } = answer;
  const refuses = status === 401 || status === 403;
  return refuses
    ? new SuperOfficeError('unexpected-answer', OPERATION, { status })
    : refusedAnswer(OPERATION, answer);
}

function unknown(): SuperOfficeError {
  return new SuperOfficeError('tenant-unknown', OPERATION);
}
