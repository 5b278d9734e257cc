import type { Request } from 'express';
import { AppError } from '../../errors.ts';
import { type ApiKeyStore, isActive, type KnownApiKey } from '../../tenants/api-key-store.ts';
import type { ApiCaller, AuthenticateApi, AuthenticateServer } from './api-caller.ts';
import type { ApiLimits } from './api-limits.ts';
import type { FindKey } from './find-key.ts';
import type { UserTokens } from './user-token.ts';

/**
 * Recognises callers: a server by its secret key in `X-API-Key` or as a bearer token; a browser by a publishable key in
 * `X-API-Key`, the token of its user as a bearer token, and its origin. A refused request names the tenant of its key for
 * the audit log. Each request is counted: valid ones for their key, others for their client.
 * @param deps.publicUrl the origin of our own pages, from which a key may be tried
 */
export function createAuthenticateApi(deps: {
  apiKeys: Pick<ApiKeyStore, 'findActive' | 'peekByKey' | 'countUse'>;
  findKey: FindKey;
  userTokens: UserTokens;
  limits: ApiLimits;
  publicUrl: string;
  now: () => number;
}): { readonly authenticate: AuthenticateApi; readonly authenticateServer: AuthenticateServer } {
  const { apiKeys, findKey, userTokens, limits, publicUrl, now } = deps;

  async function identify(request: Request): Promise<ApiCaller> {
    const { key: sent, bearer } = readCredentials(request);
    const key = await findKey(request, sent);
    if (key === null) throw invalid('unknown key');
    request.actor = { tenantId: key.tenantId, associateId: null };
    request.log.setBindings({ tenantId: key.tenantId, apiKey: key.id });
    if (!isActive(key, now())) throw invalid(key.isRevoked ? 'revoked key' : 'expired key');
    return key.kind === 'secret' ? toServer(request, key, bearer) : toBrowser(request, key, bearer);
  }

  function toServer({ headers }: Request, key: KnownApiKey, bearer: string | null): ApiCaller {
    if (bearer !== null) throw invalid('a secret key and another credential');
    // A secret key in a browser can be read by its user.
    const { origin } = headers;
    if (origin !== undefined && origin !== publicUrl)
      throw new AppError('api-origin-refused', { detail: 'secret key' });
    return ofSecretKey(key);
  }

  async function toBrowser(
    { headers }: Request,
    key: KnownApiKey,
    bearer: string | null,
  ): Promise<ApiCaller> {
    const { id, tenantId, origins } = key;
    if (!allowsOrigin(key, headers.origin)) throw new AppError('api-origin-refused');
    if (bearer === null) throw invalid('no user token');
    const token = userTokens.verify(bearer);
    if (token === null || token.keyId !== id || token.tenantId !== tenantId) throw invalid('user token');
    const maker = await apiKeys.findActive(token.madeBy);
    if (maker?.kind !== 'secret' || maker.tenantId !== tenantId) throw invalid('revoked key');
    const ends = [token.expiresAt, key.expiresAt, maker.expiresAt].filter((each) => each !== null);
    return {
      tenantId,
      keyId: id,
      keyIds: [id, maker.id],
      // A token gives no more rights than the key that made it has.
      scopes: new Set([...key.scopes].filter((scope) => maker.scopes.has(scope))),
      associateId: token.associateId,
      origins,
      expiresAt: Math.min(...ends),
    };
  }

  function count(caller: ApiCaller): ApiCaller {
    limits.countRequest(caller);
    apiKeys.countUse(caller.keyId);
    return caller;
  }

  return {
    async authenticate(request) {
      try {
        return count(await identify(request));
      } catch (error) {
        if (error instanceof AppError && error.status === 401) limits.countFailure(request);
        throw error;
      }
    },
    authenticateServer({ headers }) {
      const { 'x-api-key': sent, authorization, origin } = headers;
      if (typeof sent !== 'string' || authorization !== undefined || origin !== undefined) return null;
      const key = apiKeys.peekByKey(sent);
      return key?.kind === 'secret' && isActive(key, now()) ? count(ofSecretKey(key)) : null;
    },
  };
}

function ofSecretKey({ id, tenantId, scopes, expiresAt }: KnownApiKey): ApiCaller {
  return { tenantId, keyId: id, keyIds: [id], scopes, associateId: null, origins: [], expiresAt };
}

/** Whether a browser may call with a key from an origin, the value of its header. */
export function allowsOrigin({ kind, origins }: KnownApiKey, origin: string | undefined): boolean {
  return kind === 'publishable' && origin !== undefined && origins.includes(origin);
}

/** The key of a request, and the bearer token that it carries besides. @throws AppError `api-key-missing` */
function readCredentials({ headers }: Request): { readonly key: string; readonly bearer: string | null } {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
  const header = headers['x-api-key'];
  if (typeof header === 'string') return { key: header, bearer };
  if (bearer === null) throw new AppError('api-key-missing');
  return { key: bearer, bearer: null };
}

function invalid(detail: string): AppError {
  return new AppError('api-key-invalid', { detail });
}
