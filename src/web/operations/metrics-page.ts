import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';

/** Renders metrics in the text format of Prometheus. */
export interface MetricsRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/**
 * Serves the metrics to Prometheus, which sends `token` as a bearer token. To anyone else, and to everyone if the token is
 * null, the page does not exist.
 * @returns a handler that throws AppError `not-found`
 */
export function createMetricsPage(deps: { registry: MetricsRegistry; token: string | null }): RequestHandler {
  const { registry, token } = deps;
  const expected = token === null ? null : digest(`Bearer ${token}`);

  return async function metrics(request, response) {
    const sent = digest(request.headers.authorization ?? '');
    if (expected === null || !timingSafeEqual(expected, sent)) throw new AppError('not-found');
    response
      .set('Cache-Control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics());
  };
}

/** Of equal length for every text, as the comparison in constant time requires. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
