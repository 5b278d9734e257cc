import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { Sessions } from './session.ts';

/**
 * Rejects forms that were not sent from our own pages: they lack the CSRF token of the session.
 * @returns a handler that throws AppError `session-required`, `csrf-token-invalid`
 */
export function createCsrfProtection({ sessions }: { sessions: Sessions }): RequestHandler {
  return async function csrfProtection(request, _response, next) {
    const session = await sessions.read(request);
    if (session === null) throw new AppError('session-required');
    const sent: unknown = request.body?.csrf;
    if (typeof sent !== 'string' || !sessions.verifyCsrfToken(session, sent))
      throw new AppError('csrf-token-invalid');
    next();
  };
}
