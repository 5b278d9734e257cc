import type { IncomingMessage, RequestListener } from 'node:http';
import type { Request } from 'express';
import type { ObservedRequest } from '../../middleware/request-metrics.ts';
import { dataHeaderValues } from '../../middleware/security-headers.ts';
import { type Answer, type Evaluations, sendAnswer } from './evaluate.ts';

/** The route of a plain evaluation, for the metrics, and the flag that it asks for. */
interface Target {
  readonly route: string;
  readonly key: string | null;
}

const base = '/ofrep/v1/evaluate/flags';
const plainPath = new RegExp(`^${base}(?:/([\\w-]+))?(?:\\?|$)`);

/**
 * Answers successful evaluations of servers before the app, whose steps take longer than the answer itself. Whatever is
 * unusual is left to the app: another method, a browser, and every failure, which it evaluates again, limits, logs and audits.
 * @param deps.app what serves all other requests
 */
export function createEvaluationShortcut(deps: {
  app: RequestListener;
  evaluations: Evaluations;
  onRequest: (request: ObservedRequest) => void;
}): RequestListener {
  const { app, evaluations, onRequest } = deps;
  const headers = [...Object.entries(dataHeaderValues()).flat(), 'Vary', 'Origin'];
  return function answerEvaluation(request, response) {
    const target = findTarget(request);
    if (target === null) return app(request, response);
    const startedAt = request.arrivedAt ?? performance.now();
    const { route, key } = target;
    const onAnswer = (answer: Answer) => {
      response.on('close', () => {
        const durationMs = performance.now() - startedAt;
        onRequest({ route, method: 'POST', status: answer.status, durationMs });
      });
      // After the other requests that have arrived: a waiting client or proxy is woken once for all of them.
      setImmediate(() => sendAnswer(response, answer, headers));
    };
    const leaveToApp = () => {
      // The app would count a request whose client is gone until it is answered.
      if (!response.closed) app(request, response);
    };
    const wait = () => void evaluations.evaluate(withoutApp(request), key).then(onAnswer, leaveToApp);
    try {
      if (!evaluations.evaluateFromMemory(request, key, onAnswer, wait)) leaveToApp();
    } catch {
      // A limit refuses the request, which the app tells the client.
      leaveToApp();
    }
  };
}

/** Null for a request that is not a plain one. Those of browsers need CORS. */
function findTarget({ method, url = '', headers }: IncomingMessage): Target | null {
  if (method !== 'POST' || headers.origin !== undefined) return null;
  const [found, key = null] = plainPath.exec(url) ?? [];
  if (found === undefined) return null;
  return { route: key === null ? base : `${base}/:key`, key };
}

/** What the evaluation for a known key reads of the app's first steps. They add theirs to a request that the app serves after all. */
function withoutApp(request: IncomingMessage): Request {
  return Object.assign(request, { log: silentLog }) as unknown as Request;
}

const silentLog: Request['log'] = {
  isRoutine: true,
  setBindings() {},
  info() {},
  warn() {},
  error() {},
};
