import type { RequestHandler } from 'express';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import { panelUserQuery } from '../links.ts';
import type { Views } from '../rendering/views.ts';
import { type EntitledPanelContext, type PanelContextLoader, withEntitlements } from './panel-context.ts';
import { addOnRows, newerFeatureRows, type PublishedRow } from './published-rows.ts';

/** Values of `views/newer-features.ejs`: the features documented since the list of user plans, and the add-ons. */
export interface NewerFeaturesPage {
  readonly query: string;
  readonly backUrl: string;
  readonly features: readonly PublishedRow[];
  readonly addOns: readonly PublishedRow[];
}

/** Serves the page with the features that SuperOffice has documented since the list of user plans. */
export function createNewerFeaturesPage(deps: {
  panelContexts: PanelContextLoader;
  entitlementEngine: EntitlementEngine;
  views: Views;
}): RequestHandler {
  return async function newerFeaturesPage(request, response) {
    const context = withEntitlements(await deps.panelContexts.load(request), deps.entitlementEngine);
    const html = deps.views('newer-features', context.language, newerFeaturesPageView(context));
    response.set('Cache-Control', 'private, no-store').send(html);
  };
}

/** Lists the newer features, decided for the user. */
export function newerFeaturesPageView({
  url,
  report,
  language,
  backUrl,
}: EntitledPanelContext): NewerFeaturesPage {
  return {
    query: panelUserQuery(url),
    backUrl,
    features: newerFeatureRows(report, language),
    addOns: addOnRows(report, language),
  };
}
