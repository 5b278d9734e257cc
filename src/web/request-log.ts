import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack: string;
}

/** One line per request: method, path, status, time. Never a query or a header: they hold codes, states and ids. */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    genReqId: () => randomUUID(),
    // `problems.ts` has logged the error itself.
    customErrorMessage: () => 'request completed',
    customErrorObject: (_request, _response, _error, { err, ...line }) => line,
    serializers: {
      req: (request: { id: string; method: string; url: string; remoteAddress: string }) => ({
        id: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
        from: request.remoteAddress,
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
      // A database error's other fields hold rows, and those hold nonces and verifiers.
      err: ({ type, message, code, stack }: LoggedError) => ({ type, message, code, stack }),
    },
  });
}
