import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { maxInFlightPerConnection } from './limit-pipelining.ts';

declare module 'node:http' {
  interface IncomingMessage {
    /** When a request arrived that waited for a turn of the event loop, as `performance.now()`. */
    arrivedAt?: number;
  }
}

/**
 * Handles at most `max` requests in one turn of the event loop; the others wait for the next turn, in the order of their
 * arrival. Without it, a flood on more than 1,024 connections keeps the loop reading sockets for up to 48 times 1,024
 * requests (`uv__io_poll` of libuv), 20 seconds in which no timer and no `setImmediate` runs. A client sends nothing on the
 * connection of a waiting request, so that the loop runs out of sockets to read; one that does is disconnected, as by
 * `limitPipelining`. A request whose client has gone meanwhile is left out, without a line in the log.
 */
export function limitRequestsPerTurn(listener: RequestListener, max: number): RequestListener {
  const waiting: [IncomingMessage, ServerResponse][] = [];
  const waitingOf = new WeakMap<Socket, number>();
  let handled = 0;

  function handle(request: IncomingMessage, response: ServerResponse): void {
    handled += 1;
    listener(request, response);
  }

  function beginTurn(): void {
    handled = 0;
    let taken = 0;
    for (const [request, response] of waiting) {
      if (handled === max) break;
      taken += 1;
      const { socket } = request;
      waitingOf.set(socket, (waitingOf.get(socket) ?? 1) - 1);
      // Handlers wait for the end of a response, which a closed connection has had already.
      if (!socket.destroyed) handle(request, response);
    }
    waiting.splice(0, taken);
    if (handled > 0) setImmediate(beginTurn);
  }

  return function handleRequest(request, response) {
    const { socket } = request;
    // The rest of what was read from a connection before it was closed.
    if (socket.destroyed) return;
    if (handled < max) {
      if (handled === 0) setImmediate(beginTurn);
      handle(request, response);
      return;
    }
    const count = (waitingOf.get(socket) ?? 0) + 1;
    if (count > maxInFlightPerConnection) {
      socket.destroy();
      return;
    }
    waitingOf.set(socket, count);
    request.arrivedAt = performance.now();
    waiting.push([request, response]);
  };
}
