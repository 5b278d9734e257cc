import type { RequestHandler } from 'express';

/** What operators watch, for Prometheus to fetch. */
export function createMetricsPage(registry: {
  readonly contentType: string;
  metrics(): Promise<string>;
}): RequestHandler {
  return async function metrics(_request, response) {
    response
      .set('Cache-Control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics());
  };
}
