import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { type Logger, pino } from 'pino';

declare global {
  namespace Express {
    interface Request {
      /** Identifies the request in the log and on problem pages. */
      id: string;
      log: RequestLog;
    }
  }
}

/** The log of one request. `setBindings` adds fields to every later line. */
interface RequestLog {
  /**
   * Set for a request whose success is no news: then only the level `debug` has a line about it. Flags that are answered
   * from memory never have one (ofrep/evaluation-shortcut.ts).
   */
  isRoutine: boolean;
  setBindings(fields: object): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack: string;
}

// Other fields of a database error contain rows, with nonces and verifiers.
const serializers = {
  err: pino.stdSerializers.wrapErrorSerializer(({ type, message, code, stack }: LoggedError) => ({
    type,
    message,
    code,
    stack,
  })),
};

/**
 * Logs one line per request: method, path, client, own address, status, time. The log's fields `hostname` and `pid` name
 * the process. Query and headers are left out, because they contain codes, states and ids. Why not pino-http: docs/adr/0032-request-log.md.
 */
export function requestLog(logger: Logger): RequestHandler {
  const log = logger.child({}, { serializers });
  return function requestLog(request, response, next) {
    const startedAt = request.arrivedAt ?? performance.now();
    request.id = randomUUID();
    request.log = createRequestLog(log, request);
    response.on('close', () => {
      const { statusCode: status, writableFinished } = response;
      if (request.log.isRoutine && status < 400 && !log.isLevelEnabled('debug')) return;
      const line = { res: { status }, responseTime: Math.round(performance.now() - startedAt) };
      // The error itself is logged by `error-handler.ts`.
      request.log[status < 500 ? 'info' : 'error'](
        line,
        `request ${writableFinished ? 'completed' : 'aborted'}`,
      );
    });
    next();
  };
}

/** Longer paths are no page of ours; a line must not grow with what a client sends. */
const maxPathLength = 200;
/** A key of the license API that a client wrote into the path, where it does not belong. */
const keyPattern = /pl[sp]_[\w-]{20,}/g;

function createRequestLog(log: Logger, request: Request): RequestLog {
  const { id, method, originalUrl, clientAddress: from, socket } = request;
  // Known no longer when the client has closed the connection.
  const { localAddress, localPort } = socket;
  const describe = () => ({
    req: {
      id,
      method,
      path: originalUrl.split('?', 1)[0]?.slice(0, maxPathLength).replace(keyPattern, 'key'),
      from,
      to: `${localAddress}:${localPort}`,
    },
    ...bindings,
  });
  let bindings: object = {};
  return {
    isRoutine: false,
    setBindings(fields) {
      bindings = { ...bindings, ...fields };
    },
    info: (fields, message) => log.info({ ...describe(), ...fields }, message),
    warn: (fields, message) => log.warn({ ...describe(), ...fields }, message),
    error: (fields, message) => log.error({ ...describe(), ...fields }, message),
  };
}
