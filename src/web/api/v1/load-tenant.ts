import { AppError } from '../../../errors.ts';
import type { EntitlementEngine, TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { TenantLicenses } from '../../../licensing/licenses/license-data.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { CachedSnapshot } from '../../../snapshots/stale-if-error-cache.ts';
import type { ApiScope } from '../../../tenants/api-key-store.ts';
import type { Tenant } from '../../../tenants/tenant.ts';
import type { TenantStore } from '../../../tenants/tenant-store.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import { type ApiCaller, requireScope } from '../api-caller.ts';
import { findPause } from '../ofrep/pause.ts';
import { readLicenses } from '../read-licenses.ts';
import type { TenantAnswer } from './tenant-schemas.ts';

/** A tenant with its licenses, as the answers about the whole tenant need it. */
export interface LoadedTenant {
  readonly tenant: Tenant;
  /** Null if SuperOffice refuses to report them or nothing was ever read, and for a tenant that is not served. */
  readonly licenses: CachedSnapshot<TenantLicenses> | null;
  readonly entitlements: TenantEntitlements;
  /** What every answer says. */
  readonly about: (language: Language) => TenantAnswer;
}

/** Loads the tenant of a key. @throws AppError `api-key-invalid` if the tenant was removed */
export type LoadTenant = (tenantId: string) => Promise<LoadedTenant>;

/** @param deps.now the current time, ms since 1970 */
export function createLoadTenant(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  entitlementEngine: EntitlementEngine;
  now: () => number;
}): LoadTenant {
  const { tenants, entitlementEngine, now } = deps;

  return async (tenantId) => {
    const known = await tenants.findCached(tenantId);
    if (known === null) throw new AppError('api-key-invalid', { detail: 'removed tenant' });
    const isActive = known.status === 'active';
    const found = await readLicenses(
      isActive ? deps.licenses.getTenantLicenses(known) : Promise.resolve(null),
    );
    // A read may have found that the tenant revoked its consent.
    const tenant = (await tenants.findCached(tenantId)) ?? known;
    const licenses = tenant.status === 'active' ? found.snapshot : null;
    const entitlements = entitlementEngine(licenses?.content ?? null, toUtcDay(now()));
    const { model, notices } = entitlements.report(null);
    return {
      tenant,
      licenses,
      entitlements,
      about: ({ code }) => ({
        tenant: tenantId,
        licenseModel: model,
        asOf: licenses === null ? null : new Date(licenses.readAt).toISOString(),
        stale: found.isUnavailable || licenses?.stale === true,
        pause: findPause(tenant.status, notices),
        language: code,
      }),
    };
  };
}

/**
 * Refuses a browser, which may ask about its user only, and a key without the scope.
 * @throws AppError `api-scope-missing`
 */
export function requireServer(caller: ApiCaller, scope: ApiScope): void {
  if (caller.associateId !== null) throw new AppError('api-scope-missing', { detail: 'secret key' });
  requireScope(caller, scope);
}
