import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';

/**
 * A request that is answered before the app, with what the first steps of the app read of Express's additions.
 * @param path the pattern of its route, for the metrics
 */
export function asExpressRequest(request: IncomingMessage, path: string): Request {
  const added = { originalUrl: request.url, baseUrl: '', route: { path } };
  return Object.assign(request, added) as unknown as Request;
}
