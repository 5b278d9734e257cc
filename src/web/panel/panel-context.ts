import type { Request } from 'express';
import { AppError } from '../../errors.ts';
import type { EntitlementEngine, TenantEntitlements } from '../../licensing/entitlement-engine.ts';
import type { EntitlementReport } from '../../licensing/entitlements/entitlement-report.ts';
import type { TenantLicenses, UserLicenses } from '../../licensing/licenses/license-data.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { CachedSnapshot } from '../../snapshots/stale-if-error-cache.ts';
import type { AccessRequest, AccessRequestStore } from '../../tenants/access-request-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { type PanelUrl, parsePanelUrl } from '../links.ts';
import type { Language, Languages } from '../rendering/i18n.ts';
import { toUtcDay } from '../rendering/timestamps.ts';
import type { Session, Sessions } from '../sign-in/session.ts';

/** Who opened a panel, as far as it is proven. */
export interface PanelRequest {
  readonly url: PanelUrl;
  readonly tenant: Tenant;
  /** Null where nobody is signed in, or another user or another tenant's than the address tells. */
  readonly session: Session | null;
}

/** A signed-in user's panel: who is it, of which tenant, what did they buy, what does that allow. */
export interface PanelContext {
  readonly url: PanelUrl;
  readonly tenant: Tenant;
  readonly session: Session;
  /** What the tenant bought and what the user holds; null where SuperOffice refused to tell. */
  readonly tenantLicenses: CachedSnapshot<TenantLicenses> | null;
  readonly userLicenses: CachedSnapshot<UserLicenses> | null;
  readonly tenantEntitlements: TenantEntitlements;
  readonly report: EntitlementReport;
  /** The user's last wish for each subject. */
  readonly accessRequests: readonly AccessRequest[];
  readonly language: Language;
  readonly csrfToken: string;
  /** The day the panel was opened, `YYYY-MM-DD`, of UTC. */
  readonly today: string;
}

export interface PanelContexts {
  /** @throws AppError `panel-url-invalid`, `tenant-not-installed` */
  identify(request: Request): Promise<PanelRequest>;
  /** @throws AppError as `reader`, and `session-required` without the reader's own session */
  load(request: Request, reader?: PanelRequest): Promise<PanelContext>;
}

/**
 * Opens panels. The address is a hint: a session of another tenant or user is never used for it
 * (docs/superoffice/auth.md#rule-13).
 */
export function createPanelContexts(deps: {
  tenants: TenantStore;
  sessions: Sessions;
  licenses: LicenseSnapshots;
  accessRequests: AccessRequestStore;
  entitlementEngine: EntitlementEngine;
  languages: Languages;
  now: () => number;
}): PanelContexts {
  const { tenants, sessions, licenses, accessRequests, entitlementEngine, languages, now } = deps;

  async function identify(request: Request): Promise<PanelRequest> {
    const panelUrl = parsePanelUrl(request);
    const tenant = await tenants.findCached(panelUrl.tenantId);
    if (tenant === null) throw new AppError('tenant-not-installed', { detail: panelUrl.tenantId });
    const session = sessions.read(request);
    const own = session?.tenantId === panelUrl.tenantId && session.associateId === panelUrl.associateId;
    request.log.setBindings({
      tenantId: panelUrl.tenantId,
      ...(own && { associateId: panelUrl.associateId }),
    });
    return { url: panelUrl, tenant, session: own ? session : null };
  }

  return {
    identify: identify,

    async load(request, reader) {
      const { url, tenant, session } = reader ?? (await identify(request));
      if (session === null) throw new AppError('session-required');
      const [bought, held, requestedFeatures] = await Promise.all([
        licenses.getTenantLicenses(tenant),
        licenses.getUserLicenses(tenant, session.associateId),
        accessRequests.latestByUser(tenant.tenantId, session.associateId),
      ]);
      const today = toUtcDay(now());
      // Only when asked for: a page that is kept needs nothing decided.
      const plans = once(() => entitlementEngine(bought?.content ?? null, today));
      const report = once(() => plans().report(held?.content ?? null));
      return {
        url: url,
        tenant,
        session,
        tenantLicenses: bought,
        userLicenses: held,
        get tenantEntitlements() {
          return plans();
        },
        get report() {
          return report();
        },
        accessRequests: requestedFeatures,
        language: languages.choose([url.language, ...request.acceptsLanguages()]),
        csrfToken: sessions.csrfToken(session),
        today,
      };
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
