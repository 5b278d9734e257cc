import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { panelUserSchema } from '../links.ts';
import type { BeginSignIn } from './begin-sign-in.ts';
import { isSessionExpected, type Session, type Sessions } from './session.ts';

/** An administrator, and their own tenant. */
export interface Administrator {
  readonly session: Session;
  readonly tenant: Tenant;
}

/** What a link to an administrators' page may say: whom it is for, and when a sign-in of ours led there. */
const hintSchema = z.object({
  uctx: panelUserSchema.shape.uctx.nullable().catch(null),
  usid: panelUserSchema.shape.usid.nullable().catch(null),
  lang: panelUserSchema.shape.lang,
  signedIn: z.coerce.number().catch(0),
});

export type AdministratorGuard = ReturnType<typeof createAdministratorGuard>;

/** Lets administrators into the pages of their own tenant, and nobody else. */
export function createAdministratorGuard(deps: {
  sessions: Sessions;
  tenants: TenantStore;
  beginSignIn: BeginSignIn;
  now: () => number;
}) {
  const { sessions, tenants, beginSignIn, now } = deps;

  return {
    /**
     * For a page: null where the browser was sent to sign in, silently if a CRM session lives.
     * @throws AppError `administrator-required`, `tenant-not-installed`, `session-cookie-blocked`
     */
    async signInOrRequire(
      request: Request,
      response: Response,
      path: '/admin' | '/setup',
    ): Promise<Administrator | null> {
      const { uctx: tenantId, usid: associateId, lang: language, signedIn } = hintSchema.parse(request.query);
      const session = sessions.read(request);
      // A browser keeps this page's session apart from that of the frames: it may be somebody else's.
      if (session !== null && isFor(tenantId, session.tenantId) && isFor(associateId, session.associateId)) {
        return administrator(request, session);
      }
      if (isSessionExpected(signedIn, now())) throw new AppError('session-cookie-blocked');
      beginSignIn(response, { kind: 'administration', path, language, tenantId, associateId });
      return null;
    },

    /** For a form. @throws AppError `session-required`, `administrator-required`, `tenant-not-installed` */
    async require(request: Request): Promise<Administrator> {
      const session = sessions.read(request);
      if (session === null) throw new AppError('session-required');
      return administrator(request, session);
    },
  };

  /** Whether a hint fits; where none was given, anything does. */
  function isFor<T>(hint: T | null, own: T): boolean {
    return hint === null || hint === own;
  }

  async function administrator(request: Request, session: Session): Promise<Administrator> {
    request.log.setBindings({ tenantId: session.tenantId, associateId: session.associateId });
    if (!session.isAdministrator) throw new AppError('administrator-required');
    const tenant = await tenants.find(session.tenantId);
    if (tenant === null) throw new AppError('tenant-not-installed');
    return { session, tenant };
  }
}
