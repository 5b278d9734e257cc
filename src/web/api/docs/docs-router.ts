import { type RequestHandler, Router } from 'express';
import { requestedLanguage } from '../../links.ts';
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts';
import type { Languages } from '../../rendering/i18n.ts';
import { languageLinks } from '../../rendering/language-links.ts';
import type { Views } from '../../rendering/views.ts';
import { createViewerFiles, viewerPath } from './viewer-files.ts';

interface DocsDeps {
  readonly languages: Languages;
  readonly views: Views;
}

/** Routes of the page on which developers read and try the license API (docs/adr/0025-openapi.md). */
export function createApiDocsRouter(deps: DocsDeps): Router {
  const router = Router();
  router.route('/api/docs').get(createDocsPage(deps)).all(methodNotAllowed);
  router.route('/api/docs/:folder/:name').get(createViewerFiles()).all(methodNotAllowed);
  return router;
}

function createDocsPage({ languages, views }: DocsDeps): RequestHandler {
  return function apiDocs(request, response) {
    const language = languages.choose([requestedLanguage(request), ...request.acceptsLanguages()]);
    const page = { languages: languageLinks(language), viewer: viewerPath };
    response.vary('Accept-Language').send(views('api-docs', language, page));
  };
}
