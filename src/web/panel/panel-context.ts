import type { Request } from 'express';
import { AppError } from '../../errors.ts';
import type { EntitlementEngine, TenantEntitlements } from '../../licensing/entitlement-engine.ts';
import type { EntitlementReport } from '../../licensing/entitlements/entitlement-report.ts';
import type { FindListedUser } from '../../snapshots/find-listed-user.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import type { AccessRequest, AccessRequestStore } from '../../tenants/access-request-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { type PanelUrl, panelUrl, parsePanelUrl } from '../links.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import { readPanelReferer } from '../panel-referer.ts';
import type { Language, Languages } from '../rendering/i18n.ts';
import { toUtcDay } from '../rendering/timestamps.ts';
import type { Session, Sessions } from '../sign-in/session.ts';
import { createLoadPanelLicenses, type PanelLicenses } from './panel-licenses.ts';

/** A request for a panel page by the user that its URL names. */
interface SignedInRequest {
  readonly url: PanelUrl;
  readonly tenant: Tenant;
  readonly session: Session;
}

/** A request for a panel page. */
interface PanelRequest {
  readonly url: PanelUrl;
  /** Null without a session, or if the session belongs to another user than the URL names. */
  readonly signedIn: Omit<SignedInRequest, 'url'> | null;
}

/** What the panel pages of a signed-in user are made from. */
export interface PanelContext extends PanelLicenses {
  readonly url: PanelUrl;
  readonly tenant: Tenant;
  readonly session: Session;
  /** The user's latest access request for each subject. */
  readonly accessRequests: readonly AccessRequest[];
  /** How many access requests of the tenant are open; null for a user who is no administrator, or if it is not known. */
  readonly openRequests: number | null;
  readonly language: Language;
  readonly csrfToken: string;
  /** The address of a screen of the CRM, with `{target}` for its SoProtocol target. */
  readonly crmScreenPattern: string;
  /** The panel as this page was reached from it, or else from its start. */
  readonly backUrl: string;
  /** Day of the request, `YYYY-MM-DD` in UTC. */
  readonly today: string;
}

/** What a kept page of a user is found by, and all that it shows: nothing else of a context changes it. */
export type PageBasis = Omit<PanelContext, 'url' | 'csrfToken' | 'backUrl'>;

/** A panel context, and what its licenses enable. */
export interface EntitledPanelContext extends PanelContext {
  readonly tenantEntitlements: TenantEntitlements;
  /** The state of every feature for the user. */
  readonly report: EntitlementReport;
}

/** Loads what panel pages need. */
export interface PanelContextLoader {
  /**
   * Without a session, the result does not depend on the tenant: nobody can find out which tenants have installed the app.
   * @throws AppError `panel-url-invalid`; with a session `tenant-not-installed`, without one `too-many-requests`
   */
  identify(request: Request): Promise<PanelRequest>;
  /** @throws AppError as `identify`, and `session-required` without a session of the user */
  identifySignedIn(request: Request): Promise<SignedInRequest>;
  /**
   * Loads the context of a request, which may have been identified before.
   * @throws AppError as `identifySignedIn`, and `consent-revoked` if nothing may be read and nothing is stored
   */
  load(request: Request, identified?: SignedInRequest): Promise<PanelContext>;
  /** What `load` would find, if all of it is in memory; null otherwise. */
  peek(session: Session, language: Language): PageBasis | null;
}

/**
 * Loads panel contexts. The URL is a hint: a session of another tenant or user is never used for it
 * (docs/superoffice/auth.md#rule-13).
 */
export function createPanelContexts(deps: {
  tenants: TenantStore;
  sessions: Sessions;
  licenses: LicenseSnapshots;
  accessRequests: AccessRequestStore;
  crmAddresses: CrmAddresses;
  findListedUser: FindListedUser;
  entitlementEngine: EntitlementEngine;
  languages: Languages;
  publicUrl: string;
  limits: RequestLimits;
  now: () => number;
}): PanelContextLoader {
  const { tenants, sessions, licenses, accessRequests, crmAddresses, languages, limits, now } = deps;
  const loadPanelLicenses = createLoadPanelLicenses(deps);

  async function identify(request: Request): Promise<PanelRequest> {
    const url = parsePanelUrl(request);
    const { tenantId, associateId } = url;
    const session = await sessions.read(request);
    const isOwn = session?.tenantId === tenantId && session.associateId === associateId;
    request.log.setBindings({ tenantId, ...(isOwn && { associateId }) });
    if (!isOwn) {
      limits.countAnonymous(request);
      return { url, signedIn: null };
    }
    const tenant = await tenants.findCached(tenantId);
    if (tenant === null) throw new AppError('tenant-not-installed', { detail: tenantId });
    return { url, signedIn: { tenant, session } };
  }

  async function identifySignedIn(request: Request): Promise<SignedInRequest> {
    const { url, signedIn } = await identify(request);
    if (signedIn === null) throw new AppError('session-required');
    return { url, ...signedIn };
  }

  async function load(request: Request, identified?: SignedInRequest): Promise<PanelContext> {
    const { url, tenant, session } = identified ?? (await identifySignedIn(request));
    const language = languages.choose([url.language, ...request.acceptsLanguages()]);
    const [licenses, requests, openRequests] = await Promise.all([
      loadLicenses(tenant, session),
      accessRequests.latestByUser(tenant.tenantId, session.associateId),
      session.isAdministrator ? countOpenRequests(request, tenant) : null,
    ]);
    return {
      // Not what the URL says: an unknown language must not make another page of the same content.
      url: { ...url, language: language.code },
      // A read of the licenses may have found that the tenant revoked its consent.
      tenant: (await tenants.findCached(tenant.tenantId)) ?? tenant,
      session,
      ...licenses,
      accessRequests: requests,
      openRequests,
      language,
      csrfToken: sessions.csrfToken(session),
      crmScreenPattern: crmAddresses.screenPattern(tenant.tenantId),
      backUrl: findBackUrl(request, url),
      today: toUtcDay(now()),
    };
  }

  function peek(session: Session, language: Language): PageBasis | null {
    const { tenantId, associateId, isAdministrator } = session;
    const tenant = tenants.peek(tenantId);
    const openRequests = isAdministrator ? accessRequests.peekOpenCount(tenantId) : null;
    const requests = accessRequests.peekLatestByUser(tenantId, associateId);
    if (tenant === null || requests === null || (isAdministrator && openRequests === null)) return null;
    const inMemory = licenses.getFromMemory(tenant, associateId);
    if (inMemory === null) return null;
    return {
      tenant,
      session,
      ...inMemory,
      isFromList: false,
      accessRequests: requests,
      openRequests,
      language,
      crmScreenPattern: crmAddresses.screenPattern(tenantId),
      today: toUtcDay(now()),
    };
  }

  /** The panel does without the number. */
  async function countOpenRequests({ log }: Request, { tenantId }: Tenant): Promise<number | null> {
    try {
      return await accessRequests.countOpen(tenantId);
    } catch (error) {
      log.warn({ err: error }, 'counting the open access requests failed');
      return null;
    }
  }

  function findBackUrl(request: Request, url: PanelUrl): string {
    const referer = readPanelReferer(request, deps.publicUrl);
    return referer?.startsWith('/panel?') ? referer : panelUrl(url);
  }

  async function loadLicenses(tenant: Tenant, session: Session) {
    try {
      return await loadPanelLicenses(tenant, session);
    } catch (error) {
      const current = await tenants.findCached(tenant.tenantId);
      throw current?.status === 'revoked' ? new AppError('consent-revoked', { cause: error }) : error;
    }
  }

  return { identify, identifySignedIn, load, peek };
}

/** Decides every feature for the user of a panel. */
export function withEntitlements(
  context: PanelContext,
  entitlementEngine: EntitlementEngine,
): EntitledPanelContext {
  const { tenantLicenses, userLicenses, today } = context;
  const tenantEntitlements = entitlementEngine(tenantLicenses?.content ?? null, today);
  const report = tenantEntitlements.report(userLicenses?.content ?? null);
  return { ...context, tenantEntitlements, report };
}
