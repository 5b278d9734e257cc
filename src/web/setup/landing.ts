import type { RequestHandler } from 'express';
import { requestedLanguage } from '../links.ts';
import type { Languages } from '../rendering/i18n.ts';
import { languageLinks } from '../rendering/language-links.ts';
import { type Vendor, vendorView } from '../rendering/vendor.ts';
import type { Views } from '../rendering/views.ts';

/** Serves the page behind the App Store's Install link, which explains the app before the administrator consents. */
export function createLanding(deps: { languages: Languages; views: Views; vendor: Vendor }): RequestHandler {
  return function landing(request, response) {
    const lang = requestedLanguage(request);
    const language = deps.languages.choose([lang, ...request.acceptsLanguages()]);
    const page = { lang, languages: languageLinks(language), vendor: vendorView(deps.vendor, language) };
    response.vary('Accept-Language').send(deps.views('landing', language, page));
  };
}
