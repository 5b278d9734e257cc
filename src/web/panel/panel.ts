import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import type { UserLicenses } from '../../plans/license-data.ts';
import type { LicenseEngine } from '../../plans/license-engine.ts';
import { readCurrentPrincipal } from '../../superoffice/principal.ts';
import { SuperOfficeError } from '../../superoffice/superoffice-error.ts';
import type { WebApi } from '../../superoffice/web-api.ts';
import type { LicenseSnapshots } from '../../tenants/license-snapshots.ts';
import type { Tenant, TenantStore } from '../../tenants/tenant-store.ts';
import type { Languages } from '../languages.ts';
import type { AfterSignIn } from '../sign-in/auth-callback.ts';
import type { BeginSignIn } from '../sign-in/begin-sign-in.ts';
import type { Session, Sessions } from '../sign-in/session.ts';
import type { Views } from '../views.ts';
import { type PanelAddress, panelAddressOf, panelUrl } from './panel-address.ts';
import { panelView } from './panel-view.ts';

/** How soon after a sign-in its session must show; without it, signing in again would go round for ever. */
const sessionDueWithinMs = 20_000;

/** The web panel: who is it, of which tenant, what did they buy, what does that allow, the page. */
export function createPanel(deps: {
  tenants: TenantStore;
  sessions: Sessions;
  licenses: LicenseSnapshots;
  licenseEngine: LicenseEngine;
  beginSignIn: BeginSignIn;
  languages: Languages;
  views: Views;
  now: () => number;
}): RequestHandler {
  const { tenants, sessions, licenses, licenseEngine, beginSignIn, languages, views, now } = deps;

  return async function panel(request, response) {
    const address = panelAddressOf(request);
    const tenant = await installedTenant(tenants, address.ctx);
    const session = sessions.read(request);
    if (session === null || !isFor(session, address)) {
      const justSignedIn = now() - address.signedInAt < sessionDueWithinMs;
      if (session === null && justSignedIn) throw new AppError('session-not-kept');
      const { ctx, associateId, language } = address;
      return beginSignIn(response, { kind: 'panel', ctx, associateId, language });
    }
    const [bought, held] = await Promise.all([
      licenses.ofTenant(tenant),
      licenses.ofUser(tenant, session.associateId),
    ]);
    const today = new Date(now()).toISOString().slice(0, 10);
    const report = licenseEngine(bought?.content ?? null, today).report(held?.content ?? null);
    const language = languages.choose([address.language, ...request.acceptsLanguages()]);
    const page = panelView({ report, companyName: tenant.companyName, snapshots: [bought, held], language });
    response.set('Cache-Control', 'private, no-store').send(views('panel', language, page));
  };
}

/** After a user signed in to the panel: reads what only they may ask for, once, and shows the panel. */
export function createFinishPanelSignIn(deps: {
  tenants: TenantStore;
  sessions: Sessions;
  licenses: LicenseSnapshots;
  webApi: WebApi;
  log: Logger;
  now: () => number;
}): AfterSignIn['panel'] {
  const { tenants, sessions, licenses, webApi, log, now } = deps;

  return async (response, { claims, accessToken }, purpose) => {
    const { ctx, associateId, isAdministrator } = claims;
    if (associateId !== purpose.associateId) throw new AppError('user-mismatch');
    const tenant = await installedTenant(tenants, ctx);
    const told = await toldByPrincipal(ctx, associateId, accessToken);
    if (told !== null) await licenses.putUser(tenant, told);
    sessions.write(response, { ctx, associateId, isAdministrator });
    response.redirect(303, panelUrl(purpose, now()));
  };

  /** Without it the panel still works from what the system user may read, only the role stays unknown. */
  async function toldByPrincipal(
    ctx: string,
    associateId: number,
    accessToken: string,
  ): Promise<UserLicenses | null> {
    try {
      const principal = await readCurrentPrincipal(webApi.asUser(ctx, accessToken));
      return principal.ctx === ctx && principal.associateId === associateId ? principal.licenses : null;
    } catch (error) {
      if (!(error instanceof SuperOfficeError)) throw error;
      log.warn({ ctx, associateId, reason: error.message }, 'principal not read');
      return null;
    }
  }
}

async function installedTenant(tenants: TenantStore, ctx: string): Promise<Tenant> {
  const tenant = await tenants.find(ctx);
  if (tenant === null) throw new AppError('tenant-not-installed', { detail: ctx });
  return tenant;
}

/** The address is a hint: a session of another tenant or user is never used for it (auth.md rule 13). */
function isFor(session: Session, address: PanelAddress): boolean {
  return session.ctx === address.ctx && session.associateId === address.associateId;
}
