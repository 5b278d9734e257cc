import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import { panelUrl } from '../links.ts';
import type { Language } from '../rendering/i18n.ts';
import { filterQuery, parseFeatureFilter } from './feature-filter.ts';
import type { PanelContextLoader } from './panel-context.ts';

/** What came of a refresh, and when the next one reads again, as the URL of the panel carries it. */
const resultSchema = z.object({
  refreshed: z.enum(['changed', 'unchanged', 'too-soon', 'failed']).nullable().catch(null),
  again: z.coerce.number().int().min(1).max(60).catch(1),
});

/**
 * Refreshes the license data when the user asks for it, then redirects to the panel, which keeps the filter and tells what
 * came of it.
 */
export function createRefresh(deps: {
  panelContexts: PanelContextLoader;
  licenses: LicenseSnapshots;
}): RequestHandler {
  return async function refresh(request, response) {
    const { tenant, session, url } = await deps.panelContexts.identifySignedIn(request);
    const { outcome, againInMs } = await deps.licenses.refresh(tenant, session.associateId);
    const again = Math.max(1, Math.ceil(againInMs / 1000));
    const filter = filterQuery(parseFeatureFilter(request.query));
    response
      .set('Cache-Control', 'no-store')
      .redirect(303, `${panelUrl(url)}${filter}&refreshed=${outcome}&again=${again}`);
  };
}

/** What came of the refresh that led to this page; empty if none did. */
export function refreshText(query: unknown, { t }: Language): string {
  const { refreshed, again } = resultSchema.parse(query);
  return refreshed === null ? '' : t(`refreshed.${refreshed}`, { seconds: again });
}
