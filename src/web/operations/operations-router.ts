import { Router } from 'express';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import { createReadyz, healthz } from './health.ts';
import { createMetricsPage, type MetricsRegistry } from './metrics-page.ts';

/** Routes for operators: liveness, readiness and metrics. */
export function createOperationsRouter(deps: {
  isDatabaseUp: () => Promise<boolean>;
  stopping: AbortSignal;
  registry: MetricsRegistry;
  metricsToken: string | null;
}): Router {
  const router = Router();
  router.route('/healthz').get(healthz).all(methodNotAllowed);
  router.route('/readyz').get(createReadyz(deps)).all(methodNotAllowed);
  router
    .route('/metrics')
    .get(createMetricsPage({ ...deps, token: deps.metricsToken }))
    .all(methodNotAllowed);
  return router;
}
