import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { Sessions } from './session.ts';

/**
 * Rejects forms that were not sent from our own pages: they lack the CSRF token of the session. Counts the others.
 * @returns a handler that throws AppError `session-required`, `csrf-token-invalid`, `too-many-requests`
 */
export function createCsrfProtection(deps: { sessions: Sessions; limits: RequestLimits }): RequestHandler {
  const { sessions, limits } = deps;
  return async function csrfProtection(request, _response, next) {
    const session = await sessions.read(request);
    if (session === null) {
      limits.countAnonymous(request);
      throw new AppError('session-required');
    }
    request.actor = session;

    const sent: unknown = request.body?.csrf;
    if (typeof sent !== 'string' || !sessions.verifyCsrfToken(session, sent))
      throw new AppError('csrf-token-invalid');
    limits.countForm(session);
    next();
  };
}
