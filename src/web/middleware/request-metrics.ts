import type { Request, RequestHandler, Response } from 'express';

/** A request whose response was sent, or whose connection the client closed. */
export interface ObservedRequest {
  /** The path pattern of the route, never the requested path; `unmatched` if no route serves the request. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
}

/** Reports each request once, when its response is closed. */
export function requestMetrics(onRequest: (request: ObservedRequest) => void): RequestHandler {
  return function requestMetrics(request, response, next) {
    const startedAt = request.arrivedAt ?? performance.now();
    response.on('close', () =>
      onRequest({
        route: findRoute(request, response),
        method: methods.has(request.method) ? request.method : 'other',
        status: response.statusCode,
        durationMs: performance.now() - startedAt,
      }),
    );
    next();
  };
}

/** Clients may send any token as a method; only these become label values. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function findRoute({ route, baseUrl }: Request, { statusCode }: Response): string {
  const path: unknown = route?.path;
  return typeof path === 'string' && statusCode !== 405 ? path : baseUrl || 'unmatched';
}
