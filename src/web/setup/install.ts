import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { SystemUserTenant } from '../../superoffice/auth/tickets.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { requestedLanguage } from '../links.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { AfterSignIn } from '../sign-in/auth-callback.ts';
import type { BeginSignIn } from '../sign-in/begin-sign-in.ts';
import type { Sessions } from '../sign-in/session.ts';

/**
 * Starts the administrator's sign-in and consent. Running it again repairs an installation. Only a form of our own pages
 * leads here, so a tenant is never installed by a link; the sign-in is bound to the browser of the form.
 */
export function createInstall(deps: { beginSignIn: BeginSignIn; limits: RequestLimits }): RequestHandler {
  return function install(request, response) {
    deps.limits.countAnonymous(request);
    deps.beginSignIn(request, response, { kind: 'install', language: requestedLanguage(request) });
  };
}

/**
 * Completes the consent: verifies that the system user token works, saves it and starts the provisioning, in any
 * process; the setup page shows its progress.
 *
 * @returns a handler that throws AppError `administrator-required`, `system-user-token-missing`, `too-many-requests`
 */
export function createFinishInstall(deps: {
  tenants: TenantStore;
  requestReconciliation: (tenantId: string) => Promise<void>;
  sessions: Sessions;
  sessionCutoffs: Pick<SessionCutoffStore, 'recordSignIn'>;
  limits: RequestLimits;
  /** Exchanges the token for a ticket. @throws SuperOfficeError if SuperOffice refuses the system user */
  verifySystemUser: (tenant: SystemUserTenant) => Promise<void>;
  /** Ms since 1970. */
  now: () => number;
}): AfterSignIn['install'] {
  const { tenants, requestReconciliation, sessions, sessionCutoffs, limits, verifySystemUser, now } = deps;

  return async (_request, response, { claims, address }, { language }) => {
    const { tenantId, companyName, serial, associateId, systemToken } = claims;
    if (!claims.isAdministrator) throw new AppError('administrator-required');
    if (systemToken === undefined) throw new AppError('system-user-token-missing');
    limits.countSignIn(claims);

    // Verified first, because a consent that does not work must not replace one that does.
    await verifySystemUser({ tenantId, serial, systemToken: () => systemToken });
    await tenants.saveConsent({ tenantId, companyName, serial, systemToken, associateId, address });
    // If the process is killed before this, the schedule starts the provisioning two minutes later.
    await requestReconciliation(tenantId);
    await sessionCutoffs.recordSignIn(tenantId, associateId);

    sessions.write(response, {
      tenantId,
      associateId,
      isAdministrator: true,
      name: claims.email ?? claims.upn ?? '',
      signedInAt: now(),
    });
    response.redirect(303, `/setup?lang=${language}`);
  };
}
