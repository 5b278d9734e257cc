import { AppError } from '../../../errors.ts';
import type { TenantLicenses, UserLicenses } from '../../../licensing/licenses/license-data.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { CachedSnapshot } from '../../../snapshots/stale-if-error-cache.ts';
import type { UserLookup } from '../../../snapshots/user-lookup.ts';
import type { Tenant } from '../../../tenants/tenant.ts';
import type { TenantStore } from '../../../tenants/tenant-store.ts';
import type { ApiCaller } from '../api-caller.ts';
import { readLicenses } from '../read-licenses.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import { OfrepError } from './ofrep-error.ts';

/** The user that a request asks about, with all data that the answer rests on. */
export interface Subject {
  readonly tenant: Tenant;
  readonly associateId: number;
  /** Null if SuperOffice refuses to report them or nothing was ever read, and for a tenant that is not served. */
  readonly tenantLicenses: CachedSnapshot<TenantLicenses> | null;
  readonly userLicenses: CachedSnapshot<UserLicenses> | null;
  /** Whether a read failed for which nothing is stored. */
  readonly isUnavailable: boolean;
}

/**
 * Finds the user a request asks about.
 * @throws OfrepError `INVALID_CONTEXT` for another tenant or an unknown or ambiguous user; AppError `api-key-invalid` if the
 *   tenant was removed, `api-scope-missing` if a browser asks about another user than its own
 */
export type LoadSubject = (caller: ApiCaller, asked: EvaluationRequest) => Promise<Subject>;

/** License data come from the cache that all pages share: an evaluation sends no request of its own to SuperOffice. */
export function createLoadSubject(deps: {
  tenants: TenantStore;
  userLookup: UserLookup;
  licenses: LicenseSnapshots;
}): LoadSubject {
  const { tenants, userLookup, licenses } = deps;

  async function findUser(caller: ApiCaller, { targetingKey }: EvaluationRequest): Promise<number> {
    const own = caller.associateId;
    if (own !== null && targetingKey === String(own)) return own;
    const match = await userLookup.find(caller.tenantId, targetingKey);
    const isOther = own !== null && (match.kind !== 'found' || match.associateId !== own);
    // Whatever the reason, so that a browser does not learn who else exists.
    if (isOther) throw new AppError('api-scope-missing', { detail: 'another user' });
    if (match.kind === 'found') return match.associateId;
    throw new OfrepError('INVALID_CONTEXT', explainNoMatch(match.kind, targetingKey));
  }

  return async (caller, asked) => {
    const tenant = await tenants.findCached(caller.tenantId);
    if (tenant === null) throw new AppError('api-key-invalid');
    if (asked.tenant !== null && asked.tenant !== tenant.tenantId)
      throw new OfrepError('INVALID_CONTEXT', `The key belongs to another tenant than context.tenant.`);
    const associateId = await findUser(caller, asked);
    const nothing = { tenant, associateId, tenantLicenses: null, userLicenses: null, isUnavailable: false };
    if (tenant.status !== 'active') return nothing;
    const [ofTenant, ofUser] = await Promise.all([
      readLicenses(licenses.getTenantLicenses(tenant)),
      readLicenses(licenses.getUserLicenses(tenant, associateId)),
    ]);
    // A read may have found that the tenant revoked its consent.
    const current = await tenants.findCached(tenant.tenantId);
    if (current !== null && current.status !== 'active') return { ...nothing, tenant: current };
    return {
      tenant,
      associateId,
      tenantLicenses: ofTenant.snapshot,
      userLicenses: ofUser.snapshot,
      isUnavailable: ofTenant.isUnavailable || ofUser.isUnavailable,
    };
  };
}

/** Finds the user a server asks about, if memory has all that the answer rests on; null if `LoadSubject` must decide. */
export type PeekSubject = (caller: ApiCaller, asked: EvaluationRequest) => Subject | null;

/** Creates the search in the caches that `LoadSubject` reads through. */
export function createPeekSubject(deps: {
  tenants: Pick<TenantStore, 'peek'>;
  userLookup: Pick<UserLookup, 'peek'>;
  licenses: Pick<LicenseSnapshots, 'getFromMemory'>;
}): PeekSubject {
  const { tenants, userLookup, licenses } = deps;
  return (caller, asked) => {
    const tenant = tenants.peek(caller.tenantId);
    const isPlain =
      caller.associateId === null && (asked.tenant === null || asked.tenant === caller.tenantId);
    if (tenant?.status !== 'active' || !isPlain) return null;
    const associateId = userLookup.peek(tenant.tenantId, asked.targetingKey);
    const known = associateId === null ? null : licenses.getFromMemory(tenant, associateId);
    return associateId === null || known === null
      ? null
      : { tenant, associateId, ...known, isUnavailable: false };
  };
}

function explainNoMatch(kind: 'several' | 'unknown', targetingKey: string): string {
  if (kind === 'several')
    return 'Several users of the tenant have this name: use the associate id of one of them as targetingKey.';
  if (targetingKey.includes('@'))
    return 'The list of users of the tenant has no e-mail addresses: use the associate id or the full name as targetingKey.';
  return 'The tenant has no active user with this associate id or name. A new user is known after the next sign-in or within an hour.';
}

/** When the license data of a user were read, and whether newer data were due. */
export function ageOf({ tenantLicenses, userLicenses, isUnavailable }: Subject): {
  /** Of the two snapshots the older one, ms since 1970; null if there is none. */
  readonly readAt: number | null;
  readonly stale: boolean;
} {
  return {
    readAt: olderOf(tenantLicenses?.readAt, userLicenses?.readAt),
    stale: isUnavailable || tenantLicenses?.stale === true || userLicenses?.stale === true,
  };
}

function olderOf(one: number | undefined, other: number | undefined): number | null {
  const times = [one, other].filter((each) => each !== undefined);
  return times.length === 0 ? null : Math.min(...times);
}
