import type { RequestHandler } from 'express';
import { AppError } from '../errors.ts';
import type { SystemUserTenant } from '../superoffice/tickets.ts';
import type { Tenant, TenantStore } from '../tenants/tenant-store.ts';
import type { AfterSignIn } from './sign-in/auth-callback.ts';
import type { BeginSignIn } from './sign-in/begin-sign-in.ts';
import type { Sessions } from './sign-in/session.ts';

/** Starts the administrator's sign-in and approval; also run again to repair. */
export function createInstall(deps: { beginSignIn: BeginSignIn }): RequestHandler {
  return function install(_request, response) {
    deps.beginSignIn(response, { kind: 'install' });
  };
}

/**
 * After the administrator approved: proves that the system user token works, keeps it, sets up the web panels.
 * Every step may be cut off and done again: the next installation finds what is there (`provisioning.ts`).
 */
export function createFinishInstall(deps: {
  tenants: TenantStore;
  sessions: Sessions;
  /** Exchanges the token for a ticket now; throws where SuperOffice refuses the system user. */
  proveSystemUser: (tenant: SystemUserTenant) => Promise<void>;
  provision: (tenant: Tenant) => Promise<void>;
}): AfterSignIn['install'] {
  const { tenants, sessions, proveSystemUser, provision } = deps;

  return async (_request, response, { claims }) => {
    const { ctx, companyName, serial, associateId, systemToken } = claims;
    if (!claims.isAdministrator) throw new AppError('administrator-required');
    if (systemToken === undefined) throw new AppError('system-user-token-missing');

    // Proven first: an approval that does not work must not replace one that does.
    await proveSystemUser({ ctx, serial, systemToken: () => systemToken });
    const tenant = await tenants.saveConsent({ ctx, companyName, serial, systemToken, associateId });
    await provision(tenant);

    sessions.write(response, {
      ctx,
      associateId,
      isAdministrator: true,
      name: claims.email ?? claims.upn ?? '',
    });
    response.redirect(303, '/setup');
  };
}
