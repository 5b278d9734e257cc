import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { RefreshAfterSignIn } from '../../snapshots/refresh-after-sign-in.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import { isPrincipalOf, type Principal, readCurrentPrincipal } from '../../superoffice/api/principal.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import { isRefusal, SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { SignedIn } from './auth-callback.ts';
import type { Session } from './session.ts';

/** How long the sign-in of a user on the tenant's list of users waits for the principal, ms. */
const patienceMs = 2_000;

/** Makes the session of a sign-in. @throws AppError `tenant-not-installed`, `too-many-requests` */
export type StartSession = (signedIn: SignedIn) => Promise<Session>;

/**
 * Starts the session of a user whose id_token was verified; whether the user is an administrator comes from that token. What
 * only the user may read, licenses, function rights and name, is taken as it is kept, and read again afterwards: the sign-in
 * of a user whose data are kept calls nothing in the tenant. The first sign-in of a user reads them at once, if the limit of
 * calls has one soon ([ADR 27](../../../docs/adr/0027-sign-in-storm.md)).
 */
export function createStartSession(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  users: Pick<UserStore, 'findListed'>;
  refreshAfterSignIn: Pick<RefreshAfterSignIn, 'request'>;
  audit: AuditLog;
  sessionCutoffs: SessionCutoffStore;
  limits: RequestLimits;
  webApi: WebApi;
  log: Logger;
  /** Ms since 1970. */
  now: () => number;
}): StartSession {
  const { tenants, licenses, users, refreshAfterSignIn, audit, sessionCutoffs, limits, webApi, log, now } =
    deps;

  return async (signedIn) => {
    const { claims, address } = signedIn;
    const { tenantId, associateId, isAdministrator } = claims;
    const signedInAt = now();
    const tenant = await tenants.find(tenantId);
    if (tenant === null) throw new AppError('tenant-not-installed', { detail: tenantId });
    limits.countSignIn(claims);
    await audit.write({ ...claims, address }, { event: 'signed-in', isAdministrator });
    await sessionCutoffs.recordSignIn(tenantId, associateId);
    const name = await findName(tenant, signedIn, signedInAt);
    return {
      tenantId,
      associateId,
      isAdministrator,
      name: name || claims.email || claims.upn || '',
      signedInAt,
    };
  };

  /** The user's name; empty if it is not known. Reads and saves the principal of a user of whom nothing is kept. */
  async function findName(
    tenant: Tenant,
    { claims: { tenantId, associateId }, accessToken }: SignedIn,
    signedInAt: number,
  ): Promise<string> {
    const recent = { tenantId, associateId, accessToken, signedInAt };
    const kept = (await licenses.getKeptUserLicenses(tenant, associateId))?.content;
    const listed = await users.findListed(tenantId, associateId);
    // The list is read every hour, the user's own data once a session.
    const name = listed?.name || kept?.name;
    // Without function rights, only the system user has read the licenses.
    const isKnown = kept !== undefined && kept.functionRights !== null && name !== undefined;
    const principal = isKnown
      ? 'later'
      : await readPrincipal(recent, kept !== undefined || name !== undefined);
    if (principal === 'later') {
      const isStored = kept !== undefined || listed !== null;
      refreshAfterSignIn.request({ ...recent, knownBy: isStored ? 'stored-data' : 'sign-in' });
    } else if (principal !== null) {
      await licenses.saveUserLicenses(tenant, principal, 'sign-in');
      return principal.name || name || '';
    }
    return name ?? '';
  }

  /** Null if SuperOffice refuses it: the panel then relies on the system user, and the function rights stay unknown. */
  async function readPrincipal(
    recent: { tenantId: string; associateId: number; accessToken: string },
    canDoWithout: boolean,
  ): Promise<Principal | 'later' | null> {
    const { tenantId, associateId, accessToken } = recent;
    try {
      const apiClient = webApi.asUser(tenantId, accessToken, 'soon');
      const reading = readCurrentPrincipal(apiClient);
      const principal = await (canDoWithout
        ? Promise.race([reading, sleep(patienceMs, 'later' as const, { ref: false })])
        : reading);
      return principal === 'later' || isPrincipalOf(recent, principal) ? principal : null;
    } catch (error) {
      if (!(error instanceof SuperOfficeError)) throw error;
      log.warn({ tenantId, associateId, reason: error.message }, 'reading the principal failed');
      return isRefusal(error) ? null : 'later';
    }
  }
}
