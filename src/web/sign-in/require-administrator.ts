import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { type AdministratorPath, viewQuery } from '../administrator-pages.ts';
import { panelUserSchema, requestedLanguage } from '../links.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { BeginSignIn } from './begin-sign-in.ts';
import type { FormDrafts } from './form-draft.ts';
import { isSessionExpected, type Session, type Sessions } from './session.ts';

/** A signed-in administrator and their tenant. */
export interface Administrator {
  readonly session: Session;
  readonly tenant: Tenant;
}

/** Optional parameters of links to pages for administrators: the user, the language, the time of our sign-in. */
const hintSchema = z.object({
  uctx: panelUserSchema.shape.uctx.nullable().catch(null),
  usid: panelUserSchema.shape.usid.nullable().catch(null),
  lang: panelUserSchema.shape.lang,
  signedIn: z.coerce.number().catch(0),
});

/**
 * How old the sign-in of an administrator may be for a page and for a form on it, ms. SuperOffice reports no lost
 * administrator rights, so only a new sign-in confirms them. A page leaves time for its form.
 */
const maxSignInAge = { page: 5 * 60_000, form: 5 * 60_000 };
const maxSignInAgeToUninstall = { page: 60_000, form: 2 * 60_000 };

const maxSignInAgeFor = (path: AdministratorPath) =>
  path === '/uninstall' ? maxSignInAgeToUninstall : maxSignInAge;

/**
 * Restricts pages and forms to administrators, each for their own tenant. Browsers store none of the responses. A sign-in
 * leads back to the page with its query.
 */
export interface AdministratorGuard {
  /**
   * For a page. @returns null if the browser was sent to sign in, which is silent with a live CRM session
   * @throws AppError `administrator-required`, `tenant-not-installed`, `session-cookie-blocked`
   */
  signInOrRequire(
    request: Request,
    response: Response,
    path: AdministratorPath,
  ): Promise<Administrator | null>;
  /**
   * For a form of the page `path`, to whose action the page adds its query. @returns null if the browser was sent to sign in:
   * nothing was done, and the page shows the form again as it was sent
   * @throws AppError `session-required` also if the sign-in is too old and the form too long to be shown again, `administrator-required`, `tenant-not-installed`
   */
  requireForForm(
    request: Request,
    response: Response,
    path: AdministratorPath,
  ): Promise<Administrator | null>;
}

/** Recognizes administrators by their session. `now` is in ms since 1970. */
export function createAdministratorGuard(deps: {
  sessions: Sessions;
  tenants: TenantStore;
  beginSignIn: BeginSignIn;
  drafts: FormDrafts;
  limits: RequestLimits;
  now: () => number;
}): AdministratorGuard {
  const { sessions, tenants, beginSignIn, drafts, limits, now } = deps;

  return {
    async signInOrRequire(request, response, path) {
      response.set('Cache-Control', 'no-store');
      const { uctx: tenantId, usid: associateId, lang: language, signedIn } = hintSchema.parse(request.query);
      const session = await sessions.read(request);
      // Browsers keep this page's session apart from those of panels in frames, so it may be of another user.
      if (
        session !== null &&
        isRecent(session, maxSignInAgeFor(path).page) &&
        matches(tenantId, session.tenantId) &&
        matches(associateId, session.associateId)
      ) {
        return requireAdministrator(request, session);
      }
      limits.countAnonymous(request);
      const query = viewQuery(request.query);
      if (isSessionExpected(signedIn, now())) throw new AppError('session-cookie-blocked');
      beginSignIn(request, response, {
        kind: 'administration',
        path,
        query,
        language,
        tenantId,
        associateId,
      });
      return null;
    },

    async requireForForm(request, response, path) {
      response.set('Cache-Control', 'no-store');
      const session = await sessions.read(request);
      if (session === null) {
        limits.countAnonymous(request);
        throw new AppError('session-required');
      }
      if (isRecent(session, maxSignInAgeFor(path).form)) return requireAdministrator(request, session);
      if (!drafts.keep(request, response, path)) throw new AppError('session-required');
      const { tenantId, associateId } = session;
      const query = viewQuery(request.query);
      const language = requestedLanguage(request);
      beginSignIn(request, response, {
        kind: 'administration',
        path,
        query,
        language,
        tenantId,
        associateId,
      });
      return null;
    },
  };

  function isRecent({ signedInAt }: Session, maxAgeMs: number): boolean {
    return now() - signedInAt < maxAgeMs;
  }

  /** Whether a hint matches; without a hint anything does. */
  function matches<T>(hint: T | null, own: T): boolean {
    return hint === null || hint === own;
  }

  async function requireAdministrator(request: Request, session: Session): Promise<Administrator> {
    request.actor = session;
    request.log.setBindings({ tenantId: session.tenantId, associateId: session.associateId });
    if (!session.isAdministrator) throw new AppError('administrator-required');
    const tenant = await tenants.find(session.tenantId);
    if (tenant === null) throw new AppError('tenant-not-installed');
    return { session, tenant };
  }
}
