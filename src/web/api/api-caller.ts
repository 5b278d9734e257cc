import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { AppError } from '../../errors.ts';
import type { ApiScope } from '../../tenants/api-key-store.ts';

/** Who calls the license API: a server with its key, or a browser with the token of a user. */
export interface ApiCaller {
  readonly tenantId: string;
  /** The id of the key, for logs; never the key itself. */
  readonly keyId: string;
  /**
   * The keys that the request rests on: the one of `keyId`, and the one that made the token of the user. None may be
   * revoked as long as the caller is answered.
   */
  readonly keyIds: readonly string[];
  readonly scopes: ReadonlySet<ApiScope>;
  /** The only user about whom a browser may ask; null for the key of a server. */
  readonly associateId: number | null;
  /** Origins that browsers may call from; empty for the key of a server. */
  readonly origins: readonly string[];
  /** When the key or the token of the user expires, milliseconds since 1970; null without an expiry. */
  readonly expiresAt: number | null;
}

/**
 * Finds who sent a request.
 * @throws AppError `api-key-missing`, `api-key-invalid` (401), `api-origin-refused` (403), `api-limit` (429)
 */
export type AuthenticateApi = (request: Request) => Promise<ApiCaller>;

/**
 * Finds the server that sent a request, if memory has its key, and counts the request; null if `AuthenticateApi` must decide.
 * @throws AppError `api-limit` (429)
 */
export type AuthenticateServer = (request: IncomingMessage) => ApiCaller | null;

/** Checks what the key of a caller may be used for. @throws AppError `api-scope-missing` (403) */
export function requireScope({ scopes }: ApiCaller, scope: ApiScope): void {
  if (!scopes.has(scope)) throw new AppError('api-scope-missing', { detail: scope });
}
