import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from 'express';

/** Who asks for readiness seldom waits longer than three seconds; a silent database is as good as none. */
const timeoutMs = 2_500;

/** Liveness: the process answers. */
export function healthz(): RequestHandler {
  return function healthz(_request, response) {
    response.json({ status: 'ok' });
  };
}

/** Readiness: the database answers too, and soon. */
export function createReadyz(deps: { databaseAnswers: () => Promise<boolean> }): RequestHandler {
  return async function readyz(_request, response) {
    const answered = new AbortController();
    const silence = sleep(timeoutMs, false, { signal: answered.signal }).catch(() => false);
    const ready = await Promise.race([deps.databaseAnswers(), silence]);
    answered.abort();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'database-unreachable' });
  };
}
