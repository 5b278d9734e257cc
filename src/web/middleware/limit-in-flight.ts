import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import { clientOf } from './client-address.ts';

/**
 * Refuses requests of a client that has `max` unanswered ones, so that none holds all connections. An office behind one
 * address has fewer: a panel is answered within milliseconds, the first one of a user within a second.
 * @returns a handler that throws AppError `too-many-requests`
 */
export function limitInFlight(max: number): RequestHandler {
  const inFlight = new Map<string, number>();
  return function limitInFlight(request, response, next) {
    const client = clientOf(request);
    const count = (inFlight.get(client) ?? 0) + 1;
    if (count > max) throw new AppError('too-many-requests', { retryAfterSeconds: 1 });
    inFlight.set(client, count);
    response.on('close', () => {
      const left = (inFlight.get(client) ?? 1) - 1;
      if (left > 0) inFlight.set(client, left);
      else inFlight.delete(client);
    });
    next();
  };
}
