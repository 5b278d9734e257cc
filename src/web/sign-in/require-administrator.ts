import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { panelUserSchema } from '../links.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { BeginSignIn } from './begin-sign-in.ts';
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

/** Restricts pages and forms to administrators, each for their own tenant. */
export interface AdministratorGuard {
  /**
   * For a page. @returns null if the browser was redirected to sign in, which is silent with a live CRM session
   * @throws AppError `administrator-required`, `tenant-not-installed`, `session-cookie-blocked`
   */
  signInOrRequire(
    request: Request,
    response: Response,
    path: '/admin' | '/setup',
  ): Promise<Administrator | null>;
  /** For a form. @throws AppError `session-required`, `administrator-required`, `tenant-not-installed` */
  require(request: Request): Promise<Administrator>;
}

/** Recognizes administrators by their session. `now` is in ms since 1970. */
export function createAdministratorGuard(deps: {
  sessions: Sessions;
  tenants: TenantStore;
  beginSignIn: BeginSignIn;
  limits: RequestLimits;
  now: () => number;
}): AdministratorGuard {
  const { sessions, tenants, beginSignIn, limits, now } = deps;

  return {
    async signInOrRequire(request, response, path) {
      const { uctx: tenantId, usid: associateId, lang: language, signedIn } = hintSchema.parse(request.query);
      const session = sessions.read(request);
      // Browsers keep this page's session apart from those of panels in frames, so it may be of another user.
      if (
        session !== null &&
        matches(tenantId, session.tenantId) &&
        matches(associateId, session.associateId)
      ) {
        return requireAdministrator(request, session);
      }
      limits.countAnonymous(request);
      if (isSessionExpected(signedIn, now())) throw new AppError('session-cookie-blocked');
      beginSignIn(response, { kind: 'administration', path, language, tenantId, associateId });
      return null;
    },

    async require(request) {
      const session = sessions.read(request);
      if (session === null) {
        limits.countAnonymous(request);
        throw new AppError('session-required');
      }
      return requireAdministrator(request, session);
    },
  };

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
