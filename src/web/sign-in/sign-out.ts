import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import { requestedLanguage } from '../links.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { Sessions } from './session.ts';

/** Ends all sessions of the user, also those of copied tokens. @throws AppError `session-required` */
export function createSignOut(deps: {
  sessions: Sessions;
  sessionCutoffs: SessionCutoffStore;
  languages: Languages;
  views: Views;
}): RequestHandler {
  const { sessions, sessionCutoffs, languages, views } = deps;

  return async function signOut(request, response) {
    const session = await sessions.read(request);
    if (session === null) throw new AppError('session-required');
    await sessionCutoffs.endSessions(session.tenantId, [session.associateId]);
    sessions.clear(response);
    const language = languages.choose([requestedLanguage(request), ...request.acceptsLanguages()]);
    response.set('Cache-Control', 'no-store').send(views('signed-out', language, {}));
  };
}
