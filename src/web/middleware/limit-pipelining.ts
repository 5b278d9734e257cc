import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';

/** So many requests may be under way on one connection. */
const maxInFlight = 8;

/**
 * Ends connections that ask on and on without waiting for an answer, as no browser and no proxy does: Node.js takes as many
 * requests from a connection as it can read, and each is kept until the one before is answered.
 */
export function limitPipelining(): RequestHandler {
  const inFlight = new WeakMap<Socket, number>();
  return function limitPipelining({ socket }, response, next) {
    const count = (inFlight.get(socket) ?? 0) + 1;
    if (count > maxInFlight) {
      socket.destroy();
      return;
    }
    inFlight.set(socket, count);
    response.once('close', () => inFlight.set(socket, (inFlight.get(socket) ?? 1) - 1));
    next();
  };
}
