import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';

/** So many requests may be under way on one connection. */
const mostUnderWay = 8;

/**
 * Ends connections that ask on and on without waiting for an answer, as no browser and no proxy does: Node.js takes as many
 * requests from a connection as it can read, and each is kept until the one before is answered.
 */
export function limitPipelining(): RequestHandler {
  const underWay = new WeakMap<Socket, number>();
  return function limitPipelining({ socket }, response, next) {
    const count = (underWay.get(socket) ?? 0) + 1;
    if (count > mostUnderWay) {
      socket.destroy();
      return;
    }
    underWay.set(socket, count);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    next();
  };
}
