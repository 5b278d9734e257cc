import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';

/** Limit of unanswered requests on one connection. */
export const maxInFlightPerConnection = 8;

/**
 * Closes connections that send many requests without waiting for responses, which neither browsers nor proxies do.
 * Node.js accepts as many requests as it can read from a connection and queues each until the previous one is done.
 */
export function limitPipelining(): RequestHandler {
  const inFlight = new WeakMap<Socket, number>();
  return function limitPipelining({ socket }, response, next) {
    const count = (inFlight.get(socket) ?? 0) + 1;
    if (count > maxInFlightPerConnection) {
      socket.destroy();
      return;
    }
    inFlight.set(socket, count);
    response.on('close', () => inFlight.set(socket, (inFlight.get(socket) ?? 1) - 1));
    next();
  };
}
