import type { Request, RequestHandler } from 'express';

/** A request that was answered, or given up by who asked. */
export interface ObservedRequest {
  /** The pattern of the route, never the address asked for; `unmatched` for none. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
}

/** Tells of every request once, when it is over. */
export function requestMetrics(onRequest: (request: ObservedRequest) => void): RequestHandler {
  return function requestMetrics(request, response, next) {
    const startedAt = performance.now();
    response.once('close', () =>
      onRequest({
        route: routeOf(request),
        method: methods.has(request.method) ? request.method : 'other',
        status: response.statusCode,
        durationMs: performance.now() - startedAt,
      }),
    );
    next();
  };
}

/** A client may send any word as a method: no label for each. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function routeOf({ route, baseUrl }: Request): string {
  const path: unknown = route?.path;
  // Several routes share the handler that refuses a method.
  return typeof path === 'string' ? path : baseUrl || 'unmatched';
}
