import type { RequestHandler } from 'express';
import type { LicenseEngine } from '../../plans/license-engine.ts';
import type { LicenseSnapshots } from '../../tenants/license-snapshots.ts';
import type { WishStore } from '../../tenants/wish-store.ts';
import type { Languages } from '../languages.ts';
import type { Administrators } from '../sign-in/administrators.ts';
import type { Sessions } from '../sign-in/session.ts';
import type { Views } from '../views.ts';
import { adminView } from './admin-view.ts';

const mostAnswered = 50;

/** The administrators' page: what users asked for, seats, what does not add up, the contract. */
export function createAdmin(deps: {
  administrators: Administrators;
  sessions: Sessions;
  wishes: WishStore;
  licenses: LicenseSnapshots;
  licenseEngine: LicenseEngine;
  languages: Languages;
  views: Views;
  now: () => number;
}): RequestHandler {
  const { administrators, sessions, wishes, licenses, licenseEngine, languages, views, now } = deps;

  return async function admin(request, response) {
    const administrator = await administrators.admit(request, response, '/admin');
    if (administrator === null) return;
    const { tenant } = administrator;
    const [bought, asked] = await Promise.all([
      licenses.ofTenant(tenant),
      wishes.ofTenant(tenant.ctx, mostAnswered),
    ]);
    const today = new Date(now()).toISOString().slice(0, 10);
    const plans = licenseEngine(bought?.content ?? null, today);
    const language = languages.choose(request.acceptsLanguages());
    const csrfToken = sessions.csrfToken(request);
    const page = adminView({ tenant, wishes: asked, bought, plans, today, csrfToken, language });
    response.set('Cache-Control', 'private, no-store').send(views('admin', language, page));
  };
}
