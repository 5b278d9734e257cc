import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { Sessions } from './session.ts';

/** Lets only forms of our own pages through: who posts must know the token of the session it comes with. */
export function createCsrfProtection({ sessions }: { sessions: Sessions }): RequestHandler {
  return function csrfProtection(request, _response, next) {
    const session = sessions.read(request);
    if (session === null) throw new AppError('session-required');
    const sent: unknown = request.body?.csrf;
    if (typeof sent !== 'string' || !sessions.verifyCsrfToken(session, sent))
      throw new AppError('csrf-token-invalid');
    next();
  };
}
