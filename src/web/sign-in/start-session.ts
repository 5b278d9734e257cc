import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import { type Principal, readCurrentPrincipal } from '../../superoffice/api/principal.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import type { IdTokenClaims } from '../../superoffice/auth/id-token.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { SignedIn } from './auth-callback.ts';
import type { Session } from './session.ts';

/** How long a sign-in waits for the principal while older licenses of the user are stored, ms. */
const patienceMs = 1_500;

/** Makes the session of a sign-in. @throws AppError `tenant-not-installed`, `too-many-requests` */
export type StartSession = (signedIn: SignedIn) => Promise<Session>;

/**
 * Starts the session of a user whose id_token was verified. Reads and saves what only the user may read: licenses,
 * function rights and name.
 */
export function createStartSession(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  audit: AuditLog;
  sessionCutoffs: SessionCutoffStore;
  limits: RequestLimits;
  webApi: WebApi;
  log: Logger;
  /** Ms since 1970. */
  now: () => number;
}): StartSession {
  const { tenants, licenses, audit, sessionCutoffs, limits, webApi, log, now } = deps;

  return async ({ claims, accessToken, address }) => {
    const { tenantId, associateId, isAdministrator } = claims;
    const signedInAt = now();
    const tenant = await tenants.find(tenantId);
    if (tenant === null) throw new AppError('tenant-not-installed', { detail: tenantId });
    limits.countSignIn(claims);
    await audit.write({ ...claims, address }, { event: 'signed-in', isAdministrator });
    await sessionCutoffs.recordSignIn(tenantId, associateId);
    const principal = await readPrincipal(claims, accessToken);
    if (principal !== null) await licenses.saveUserLicenses(tenant, principal.licenses);
    return {
      tenantId,
      associateId,
      isAdministrator,
      name: principal?.name || claims.email || claims.upn || '',
      signedInAt,
    };
  };

  /** Null if it cannot be read: the panel then relies on the system user, and the function rights stay unknown. */
  async function readPrincipal(
    { tenantId, associateId }: IdTokenClaims,
    accessToken: string,
  ): Promise<Principal | null> {
    const waiting = new AbortController();
    try {
      const principal = await Promise.race([
        readCurrentPrincipal(webApi.asUser(tenantId, accessToken)),
        giveUpWhenStored(tenantId, associateId, waiting.signal),
      ]);
      return principal.tenantId === tenantId && principal.associateId === associateId ? principal : null;
    } catch (error) {
      if (!(error instanceof SuperOfficeError)) throw error;
      log.warn({ tenantId, associateId, reason: error.message }, 'reading the principal failed');
      return null;
    } finally {
      waiting.abort();
    }
  }

  /** Throws SuperOfficeError `timeout` once the read is slow, if older licenses are stored; otherwise never ends. */
  async function giveUpWhenStored(
    tenantId: string,
    associateId: number,
    signal: AbortSignal,
  ): Promise<never> {
    await sleep(patienceMs, undefined, { signal });
    if (await licenses.hasUserLicenses(tenantId, associateId))
      throw new SuperOfficeError('timeout', 'current principal');
    return new Promise(() => {});
  }
}
