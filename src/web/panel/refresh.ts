import type { RequestHandler } from 'express';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import { panelUrl } from '../links.ts';
import type { PanelContextLoader } from './panel-context.ts';

/** Refreshes the license data when the user asks for it, then redirects to the panel. */
export function createRefresh(deps: {
  panelContexts: PanelContextLoader;
  licenses: LicenseSnapshots;
}): RequestHandler {
  return async function refresh(request, response) {
    const { tenant, session, url } = await deps.panelContexts.identifySignedIn(request);
    await deps.licenses.refresh(tenant, session.associateId);
    response.set('Cache-Control', 'no-store').redirect(303, panelUrl(url));
  };
}
