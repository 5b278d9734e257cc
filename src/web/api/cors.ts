import type { Request, RequestHandler, Response } from 'express';
import type { ApiKeyStore } from '../../tenants/api-key-store.ts';
import { countedLookup } from '../middleware/counted-lookup.ts';
import type { ApiLimits } from './api-limits.ts';
import { allowsOrigin } from './authenticate.ts';
import type { FindKey } from './find-key.ts';

const allowedHeaders = 'content-type, authorization, x-api-key, if-none-match';
const exposedHeaders = 'ETag, Retry-After';
/** How long a browser may keep the answer to a preflight request. The request itself is checked each time. */
const preflightMaxAgeSeconds = 600;

/**
 * Lets browsers call from the origins of publishable keys (CORS), without cookies. A preflight request carries no key, so
 * any publishable key may allow its origin. Any other response, also a refusal, may be read only by the origins of the key
 * that the request carries.
 * @returns a handler that throws AppError `api-limit`
 */
export function createCors(deps: {
  apiKeys: Pick<ApiKeyStore, 'allowsOrigin'>;
  findKey: FindKey;
  limits: Pick<ApiLimits, 'countLookup' | 'uncountLookup'>;
}): RequestHandler {
  const { apiKeys, findKey, limits } = deps;

  const isOriginKnown = (request: Request, origin: string) =>
    countedLookup((beforeRead) => apiKeys.allowsOrigin(origin, beforeRead), {
      count: () => limits.countLookup(request),
      uncount: () => limits.uncountLookup(request),
    });

  async function answerPreflight(request: Request, response: Response, origin: string): Promise<void> {
    if (await isOriginKnown(request, origin))
      response.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': 'GET, POST',
        'Access-Control-Allow-Headers': allowedHeaders,
        'Access-Control-Max-Age': String(preflightMaxAgeSeconds),
      });
    response.status(204).end();
  }

  return async function cors(request, response, next) {
    response.vary('Origin');
    const { origin, 'x-api-key': sent } = request.headers;
    if (origin === undefined) return next();
    if (request.method === 'OPTIONS' && 'access-control-request-method' in request.headers)
      return answerPreflight(request, response, origin);
    const key = typeof sent === 'string' ? await findKey(request, sent) : null;
    if (key !== null && allowsOrigin(key, origin))
      response.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': exposedHeaders,
      });
    next();
  };
}
