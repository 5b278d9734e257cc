import type { Request, RequestHandler } from 'express';
import { AppError } from '../../errors.ts';

/**
 * Reads the body of a callback into `request.body`, a Buffer. It stops at `maxBytes`, or before the first byte if the
 * declared length is larger; Express's parsers would read the rest first. Compressed bodies are not unpacked.
 * @returns a handler that throws AppError `body-too-large`, `request-malformed` if the client gives up
 */
export function readBody(maxBytes: number): RequestHandler {
  return async function readBody(request, _response, next) {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new AppError('body-too-large');
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of chunksOf(request)) {
      length += chunk.length;
      if (length > maxBytes) throw new AppError('body-too-large');
      chunks.push(chunk);
    }
    request.body = Buffer.concat(chunks);
    next();
  };
}

/** The chunks of a body. The connection stays open when the reader stops, for the response. */
async function* chunksOf(request: Request): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } catch (cause) {
    throw new AppError('request-malformed', { cause });
  }
}

/**
 * Refuses requests while `max` others on the route are unanswered, so that clients that send slowly hold few connections.
 * @returns a handler that throws AppError `too-many-requests`
 */
export function limitConcurrency(max: number): RequestHandler {
  let active = 0;
  return function limitConcurrency(_request, response, next) {
    if (active >= max) throw new AppError('too-many-requests', { retryAfterSeconds: 5 });
    active += 1;
    response.once('close', () => {
      active -= 1;
    });
    next();
  };
}
