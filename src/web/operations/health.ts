import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from 'express';

/** How long the first probe waits for the database, ms: probes usually time out after three seconds. */
const timeoutMs = 2_500;

/** Liveness: the process responds. */
export const healthz: RequestHandler = function healthz(_request, response) {
  response.json({ status: 'ok' });
};

/** Readiness: the process is not stopping, and the database accepted writes when it was last asked. */
export function createReadyz(deps: {
  isDatabaseUp: () => Promise<boolean>;
  /** Aborted when the process stops. */
  stopping: AbortSignal;
}): RequestHandler {
  return async function readyz(_request, response) {
    if (deps.stopping.aborted) {
      response.status(503).json({ status: 'stopping' });
      return;
    }
    const responded = new AbortController();
    const timeout = sleep(timeoutMs, false, { signal: responded.signal }).catch(() => false);
    const ready = await Promise.race([deps.isDatabaseUp(), timeout]);
    responded.abort();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'database-unreachable' });
  };
}
