import type { Socket } from 'node:net';
import type { RequestHandler, Response } from 'express';

/** Limit of unanswered requests on one connection. */
export const maxInFlightPerConnection = 8;

/**
 * Closes connections that send many requests without waiting for responses, which neither browsers nor proxies do.
 * Node.js accepts as many requests as it can read from a connection and queues each until the previous one is done.
 */
export function limitPipelining(): RequestHandler {
  const unansweredOf = new WeakMap<Socket, Set<Response>>();
  return function limitPipelining({ socket }, response, next) {
    let unanswered = unansweredOf.get(socket);
    if (unanswered === undefined) {
      unanswered = closedWith(socket);
      unansweredOf.set(socket, unanswered);
    }
    if (unanswered.size === maxInFlightPerConnection) {
      socket.destroy();
      return;
    }
    unanswered.add(response);
    response.on('close', () => unanswered.delete(response));
    next();
  };
}

/**
 * Returns a set whose responses emit `close` when their connection has closed, which those who count unanswered requests
 * wait for: Node.js 22.12 closes the response that is being sent, and not those that wait behind it.
 */
function closedWith(socket: Socket): Set<Response> {
  const responses = new Set<Response>();
  // Later versions emit it themselves, right after that of the connection.
  const closeRest = () => {
    for (const response of responses) response.emit('close');
  };
  socket.once('close', () => setImmediate(closeRest));
  return responses;
}
