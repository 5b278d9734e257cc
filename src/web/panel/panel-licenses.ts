import { setTimeout as sleep } from 'node:timers/promises';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { TenantLicenses } from '../../licensing/licenses/license-data.ts';
import type { FindListedUser } from '../../snapshots/find-listed-user.ts';
import type { KeptUserLicenses, LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { CachedSnapshot } from '../../snapshots/stale-if-error-cache.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import { toUtcDay } from '../rendering/timestamps.ts';
import type { Session } from '../sign-in/session.ts';

/** The license data that a panel shows. */
export interface PanelLicenses {
  /** Null if SuperOffice refused to return the licenses. */
  readonly tenantLicenses: CachedSnapshot<TenantLicenses> | null;
  /** Null if SuperOffice refused to return the licenses, or nothing is known yet. */
  readonly userLicenses: CachedSnapshot<KeptUserLicenses> | null;
  /** Whether the user's licenses are those of the plan on the list of users, until the user's own are read. */
  readonly isFromList: boolean;
}

/** After a sign-in, the user's data are read again in the background. Until then kept data count, ms. */
const signInCountsMs = 10 * 60_000;
/** How long a page waits for the licenses of a user who is on the list of users, ms. The read goes on. */
const patienceMs = 1_500;

/**
 * Loads the licenses that a panel shows. Right after a sign-in it takes them as they are kept and calls nothing. A user of
 * whom nothing is kept waits for one read if the limit of calls has one to spare; else the plan on the list of users counts,
 * one read of which serves everybody ([ADR 27](../../../docs/adr/0027-sign-in-storm.md)).
 * @throws the error of a read when nothing is kept, but never because of the limit of calls for a user
 */
export function createLoadPanelLicenses(deps: {
  licenses: LicenseSnapshots;
  findListedUser: FindListedUser;
  entitlementEngine: EntitlementEngine;
  /** Ms since 1970. */
  now: () => number;
}): (tenant: Tenant, session: Session) => Promise<PanelLicenses> {
  const { licenses, findListedUser, entitlementEngine, now } = deps;

  async function ofTenant(tenant: Tenant, mayBeOld: boolean): Promise<PanelLicenses['tenantLicenses']> {
    const kept = mayBeOld ? await licenses.getKeptTenantLicenses(tenant) : null;
    return kept ?? licenses.getTenantLicenses(tenant);
  }

  async function ofUser(
    tenant: Tenant,
    session: Session,
    readingTenant: Promise<PanelLicenses['tenantLicenses']>,
    mayBeOld: boolean,
  ): Promise<Omit<PanelLicenses, 'tenantLicenses'>> {
    const { associateId } = session;
    const kept = await licenses.getKeptUserLicenses(tenant, associateId);
    if (kept !== null && mayBeOld) return { userLicenses: kept, isFromList: false };
    const reading = licenses.getUserLicenses(tenant, associateId, 'spare');
    const first = await (kept === null ? readBriefly(reading) : reading);
    if (first !== 'overdue' && first !== 'busy') return { userLicenses: first, isFromList: false };
    const listed = await ofListedPlan(tenant, session, await readingTenant);
    if (listed !== null || first === 'busy') return { userLicenses: listed, isFromList: listed !== null };
    return { userLicenses: await reading, isFromList: false };
  }

  /** The licenses of the plan on the list of users; null if the user is not on it. */
  async function ofListedPlan(
    tenant: Tenant,
    { associateId }: Session,
    tenantLicenses: PanelLicenses['tenantLicenses'],
  ): Promise<PanelLicenses['userLicenses']> {
    const listed = await findListedUser(tenant, associateId);
    if (listed === null) return null;
    const entitlements = entitlementEngine(tenantLicenses?.content ?? null, toUtcDay(now()));
    const content = entitlements.licensesOfListedPlan(associateId, listed.userPlan);
    // No version of a snapshot is negative, and no two lists were read at the same time.
    return { content, readAt: listed.readAt, stale: false, version: -listed.readAt };
  }

  return async (tenant, session) => {
    const mayBeOld = now() - session.signedInAt < signInCountsMs;
    const readingTenant = ofTenant(tenant, mayBeOld);
    const [tenantLicenses, user] = await Promise.all([
      readingTenant,
      ofUser(tenant, session, readingTenant, mayBeOld),
    ]);
    return { tenantLicenses, ...user };
  };
}

/** The result of a read; `overdue` if it takes long, `busy` if the limit of calls has none to spare. */
async function readBriefly<T>(reading: Promise<T>): Promise<T | 'overdue' | 'busy'> {
  try {
    return await Promise.race([reading, sleep(patienceMs, 'overdue' as const, { ref: false })]);
  } catch (error) {
    if (error instanceof SuperOfficeError && error.code === 'too-many-calls') return 'busy';
    throw error;
  }
}
