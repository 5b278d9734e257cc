import type { RequestHandler } from 'express';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';

/** Serves the page behind the App Store's Install link, which explains the app before the administrator consents. */
export function createLanding(deps: { languages: Languages; views: Views }): RequestHandler {
  return function landing(request, response) {
    const language = deps.languages.choose(request.acceptsLanguages());
    response.vary('Accept-Language').send(deps.views('landing', language, {}));
  };
}
