import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/**
 * Handles at most `max` requests in one turn of the event loop; the others wait for the next turn, in the order of their
 * arrival. Without it, a flood on more than 1,024 connections keeps the loop reading sockets for up to 48 times 1,024
 * requests (`uv__io_poll` of libuv), 20 seconds in which no timer and no `setImmediate` runs. A client sends nothing on the
 * connection of a waiting request, so that the loop runs out of sockets to read.
 */
export function limitRequestsPerTurn(listener: RequestListener, max: number): RequestListener {
  const waiting: [IncomingMessage, ServerResponse][] = [];
  let handled = 0;

  function beginTurn(): void {
    const next = waiting.splice(0, max);
    handled = next.length;
    if (handled > 0) setImmediate(beginTurn);
    for (const [request, response] of next) listener(request, response);
  }

  return function handleRequest(request, response) {
    if (handled === max) {
      waiting.push([request, response]);
      return;
    }
    if (handled === 0) setImmediate(beginTurn);
    handled += 1;
    listener(request, response);
  };
}
