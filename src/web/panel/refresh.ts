import { hash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { EntitlementReport } from '../../licensing/entitlements/entitlement-report.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { RefreshResult } from '../../snapshots/stale-if-error-cache.ts';
import { panelUrl } from '../links.ts';
import type { Language } from '../rendering/i18n.ts';
import { waitText } from '../rendering/wait-text.ts';
import { filterQuery, parseFeatureFilter } from './feature-filter.ts';
import { type PanelContextLoader, withEntitlements } from './panel-context.ts';

/** What came of a refresh, and when the next one reads again, as the URL of the panel carries it. */
const resultSchema = z.object({
  refreshed: z.enum(['changed', 'unchanged', 'too-soon', 'failed']).nullable().default(null).catch(null),
  again: z.coerce.number().int().min(1).max(3600).default(1).catch(1),
});

const formSchema = z.object({ seen: z.string().catch('') });

/**
 * Refreshes the license data when the user asks for it, then redirects to the panel, which keeps the filter and tells what
 * came of it.
 */
export function createRefresh(deps: {
  panelContexts: PanelContextLoader;
  licenses: LicenseSnapshots;
  entitlementEngine: EntitlementEngine;
}): RequestHandler {
  const { panelContexts, licenses, entitlementEngine } = deps;
  return async function refresh(request, response) {
    const signedIn = await panelContexts.identifySignedIn(request);
    const { outcome, againInMs } = await licenses.refresh(signedIn.tenant, signedIn.session.associateId);
    const { seen } = formSchema.parse(request.body);
    const { report } = withEntitlements(await panelContexts.load(request, signedIn), entitlementEngine);
    const isSame = seen === statesDigest(report);
    const query = new URLSearchParams({
      refreshed: toShown(outcome, isSame),
      again: String(Math.max(1, Math.ceil(againInMs / 1000))),
    });
    const filter = filterQuery(parseFeatureFilter(request.query));
    response.set('Cache-Control', 'no-store').redirect(303, `${panelUrl(signedIn.url)}${filter}&${query}`);
  };
}

/** A webhook may have brought the change just before the user asked. */
function toShown(outcome: RefreshResult['outcome'], isSame: boolean) {
  if (outcome === 'failed') return 'failed';
  if (!isSame) return 'changed';
  return outcome === 'read' ? 'unchanged' : 'too-soon';
}

/**
 * A digest of the states that a panel shows, with which a refresh finds out whether they changed. The license data itself
 * differ by who read them: a sign-in reports site licenses too.
 */
export function statesDigest({ features, addOns }: EntitlementReport): string {
  let states = '';
  for (const { state } of features.values()) states += `${state} `;
  for (const { state } of addOns) states += `${state} `;
  return hash('sha1', states, 'base64url').slice(0, 12);
}

/** What came of the refresh that led to this page; empty if none did. */
export function refreshText(query: unknown, { t }: Language): string {
  const { refreshed, again } = resultSchema.parse(query);
  return refreshed === null ? '' : t(`refreshed.${refreshed}`, { time: waitText(again) });
}
