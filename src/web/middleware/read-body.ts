import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';

/**
 * Reads the body of a callback. It stops at `maxBytes`, or before the first byte if the declared length is larger; Express's
 * parsers would read the rest first. The connection stays open, for the response. Compressed bodies are not unpacked.
 * Listening to the request takes half the time of iterating over it.
 * @throws AppError `body-too-large`, `request-malformed` if the client gives up
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => receiveBody(request, maxBytes, resolve, reject));
}

/** Reads a body as `readBody`, without the wait of a promise. Calls one of the two, once. */
export function receiveBody(
  request: IncomingMessage,
  maxBytes: number,
  onReceived: (body: Buffer) => void,
  onRefused: (error: AppError) => void,
): void {
  const isTooLarge = Number(request.headers['content-length'] ?? 0) > maxBytes;
  if (isTooLarge || request.destroyed) {
    onRefused(new AppError(isTooLarge ? 'body-too-large' : 'request-malformed'));
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  const onData = (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBytes) return void chunks.push(chunk);
    stop().pause();
    onRefused(new AppError('body-too-large'));
  };
  const onEnd = () => {
    stop();
    const [only] = chunks;
    onReceived(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks));
  };
  const onClose = () => {
    stop();
    onRefused(new AppError('request-malformed'));
  };
  const stop = () => request.off('data', onData).off('end', onEnd).off('close', onClose);
  request.on('data', onData).on('end', onEnd).on('close', onClose);
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
    response.on('close', () => {
      active -= 1;
    });
    next();
  };
}
