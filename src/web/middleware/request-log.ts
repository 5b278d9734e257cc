import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { type Logger, pino } from 'pino';

declare global {
  namespace Express {
    interface Request {
      /** Names the request in the log, and to who reports a problem. */
      id: string;
      log: RequestLog;
    }
  }
}

/** The log of one request: what handlers find out about it stands in every line from then on. */
export interface RequestLog {
  setBindings(about: object): void;
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack: string;
}

// A database error's other fields hold rows, and those hold nonces and verifiers.
const serializers = {
  err: pino.stdSerializers.wrapErrorSerializer(({ type, message, code, stack }: LoggedError) => ({
    type,
    message,
    code,
    stack,
  })),
};

/**
 * One line per request: method, path, status, time. Never a query or a header: they hold codes, states and ids. By itself
 * and not by pino-http, whose two loggers for each request took a fifth of a callback's time.
 */
export function requestLog(logger: Logger): RequestHandler {
  const log = logger.child({}, { serializers });
  return function requestLog(request, response, next) {
    const startedAt = performance.now();
    request.id = randomUUID();
    request.log = logOf(log, request);
    response.once('close', () => {
      const { statusCode: status, writableFinished } = response;
      const line = { res: { status }, responseTime: Math.round(performance.now() - startedAt) };
      // What failed has been logged by `problems.ts`.
      request.log[status < 500 ? 'info' : 'error'](
        line,
        `request ${writableFinished ? 'completed' : 'aborted'}`,
      );
    });
    next();
  };
}

function logOf(log: Logger, { id, method, originalUrl, socket }: Request): RequestLog {
  const req = { id, method, path: originalUrl.split('?', 1)[0], from: socket.remoteAddress };
  let known: object = {};
  return {
    setBindings(about) {
      known = { ...known, ...about };
    },
    info: (fields, message) => log.info({ req, ...known, ...fields }, message),
    error: (fields, message) => log.error({ req, ...known, ...fields }, message),
  };
}
