import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { SystemUserTenant } from '../../superoffice/auth/tickets.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { AfterSignIn } from '../sign-in/auth-callback.ts';
import type { BeginSignIn } from '../sign-in/begin-sign-in.ts';
import type { Sessions } from '../sign-in/session.ts';

/** Starts the administrator's sign-in and approval; also run again to repair. */
export function createInstall(deps: { beginSignIn: BeginSignIn }): RequestHandler {
  return function install(_request, response) {
    deps.beginSignIn(response, { kind: 'install' });
  };
}

/**
 * After the administrator approved: proves that the system user token works, and keeps it. Setting up begins with that,
 * in whichever process, and goes on though this one ends; the setup page shows how it goes.
 */
export function createFinishInstall(deps: {
  tenants: TenantStore;
  sessions: Sessions;
  /** Exchanges the token for a ticket now; throws where SuperOffice refuses the system user. */
  verifySystemUser: (tenant: SystemUserTenant) => Promise<void>;
}): AfterSignIn['install'] {
  const { tenants, sessions, verifySystemUser } = deps;

  return async (_request, response, { claims }) => {
    const { tenantId, companyName, serial, associateId, systemToken } = claims;
    if (!claims.isAdministrator) throw new AppError('administrator-required');
    if (systemToken === undefined) throw new AppError('system-user-token-missing');

    // Proven first: an approval that does not work must not replace one that does.
    await verifySystemUser({ tenantId, serial, systemToken: () => systemToken });
    await tenants.saveConsent({ tenantId, companyName, serial, systemToken, associateId });

    sessions.write(response, {
      tenantId,
      associateId,
      isAdministrator: true,
      name: claims.email ?? claims.upn ?? '',
    });
    response.redirect(303, '/setup');
  };
}
