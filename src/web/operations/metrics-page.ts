import type { RequestHandler } from 'express';

/** Renders metrics in the text format of Prometheus. */
export interface MetricsRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Serves the metrics for Prometheus to scrape. */
export function createMetricsPage(registry: MetricsRegistry): RequestHandler {
  return async function metrics(_request, response) {
    response
      .set('Cache-Control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics());
  };
}
