import type { RequestHandler } from 'express';

/** Liveness: the process answers. */
export function healthz(): RequestHandler {
  return function healthz(_request, response) {
    response.json({ status: 'ok' });
  };
}

/** Readiness: the database answers too. */
export function createReadyz(deps: { databaseAnswers: () => Promise<boolean> }): RequestHandler {
  return async function readyz(_request, response) {
    const ready = await deps.databaseAnswers();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'database-unreachable' });
  };
}
