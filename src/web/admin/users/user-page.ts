import type { Request, RequestHandler } from 'express';
import { AppError } from '../../../errors.ts';
import type { EntitlementEngine, TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { LicenseHistory } from '../../../snapshots/license-history.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { DirectoryUser, UserDirectory } from '../../../snapshots/user-directory.ts';
import type { CrmAddresses } from '../../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore } from '../../../tenants/access-request-store.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { UserMarkStore } from '../../../tenants/user-mark-store.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import type { EntitledPanelContext, PanelContext } from '../../panel/panel-context.ts';
import { createDescribePlan } from '../../plan-text.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { Sessions } from '../../sign-in/session.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { orNullIfUnavailable } from '../or-null.ts';
import { parseAssociateId } from '../user-data/user-data-form.ts';
import { findPlanOnDay, type PlanOnDay } from './plan-on-day.ts';
import { changesSince, userView } from './user-view.ts';

const maxChanges = 100;

/** Serves the panel of one user for the administrators of their tenant, today or on a day of which there is data. */
export function createUserPage(deps: {
  administratorGuard: AdministratorGuard;
  adminFrame: MakeAdminFrame;
  sessions: Sessions;
  userDirectory: UserDirectory;
  licenses: LicenseSnapshots;
  history: LicenseHistory;
  accessRequests: AccessRequestStore;
  userMarks: Pick<UserMarkStore, 'find'>;
  crmAddresses: CrmAddresses;
  entitlementEngine: EntitlementEngine;
  audit: AuditLog;
  views: Views;
  now: () => number;
}): RequestHandler {
  const { administratorGuard, adminFrame, userDirectory, licenses, history, audit, views, now } = deps;

  /** The panel of a user as it is today; null if the user has left. */
  async function loadContext(
    { tenant, session }: Administrator,
    { associateId, state }: DirectoryUser,
    language: Language,
  ): Promise<PanelContext | null> {
    if (state === 'retired') return null;
    const url = { tenantId: tenant.tenantId, associateId, language: language.code };
    const [tenantLicenses, userLicenses, accessRequests] = await Promise.all([
      orNullIfUnavailable(licenses.getTenantLicenses(tenant)),
      orNullIfUnavailable(licenses.getUserLicenses(tenant, associateId)),
      deps.accessRequests.latestByUser(tenant.tenantId, associateId),
    ]);
    return {
      url: { ...url, signedInAt: 0, cookieProbe: false, isLoadingShown: false },
      tenant,
      session,
      tenantLicenses,
      userLicenses,
      accessRequests,
      openRequests: null,
      language,
      csrfToken: deps.sessions.csrfToken(session),
      crmScreenPattern: deps.crmAddresses.screenPattern(tenant.tenantId),
      backUrl: '',
      today: toUtcDay(now()),
    };
  }

  return async function userPage(request, response) {
    const associateId = parseAssociateId(request.params.associateId);
    if (associateId === null) throw new AppError('not-found');
    const path = `/admin/users/${associateId}` as const;
    const administrator = await administratorGuard.signInOrRequire(request, response, path);
    if (administrator === null) return;
    const { tenant, session } = administrator;
    const { tenantId } = tenant;
    const user = await userDirectory.find(tenantId, associateId);
    if (user === null) throw new AppError('not-found');
    const { frame, language } = await adminFrame(request, administrator, 'users');
    await audit.write(toAuditActor(request, session), { event: 'user-panel-seen', user: associateId });
    const [mark, context, periods] = await Promise.all([
      deps.userMarks.find(tenantId, associateId),
      loadContext(administrator, user, language),
      userDirectory.planPeriods(tenantId, associateId),
    ]);
    const today = toUtcDay(now());
    const onDay = findRequestedDay(request, today);
    const found = onDay === null ? null : findPlanOnDay(onDay, periods);
    const shown = found ?? { day: today, userPlan: user.userPlan };
    const since = changesSince({ shown, today, periods });
    const changes = await history.ofUser(tenantId, associateId, {
      at: new Date(`${since}T00:00:00Z`),
      limit: maxChanges,
    });
    const entitlements = deps.entitlementEngine(context?.tenantLicenses?.content ?? null, today);
    const view = userView({
      user,
      mark,
      context,
      entitled: context && withPlanOfDay(context, entitlements, { shown, user }),
      language,
      tenantId,
      today,
      shown,
      isDayUnknown: onDay !== null && found === null,
      periods,
      changes,
      describe: createDescribePlan(entitlements, language),
      lang: frame.lang,
    });
    response.send(views('admin-user', language, { ...frame, ...view }));
  };
}

/** The day that a request asks for; null for today. */
function findRequestedDay({ query }: Request, today: string): string | null {
  const { on } = query;
  return typeof on !== 'string' || on === '' || on === today ? null : on;
}

/**
 * The features with the plan of a day, and everything else as it is today; null if they are not known: without license data,
 * without a plan on that day, and for a plan whose contents are not known.
 */
function withPlanOfDay(
  context: PanelContext,
  tenantEntitlements: TenantEntitlements,
  { shown, user }: { shown: PlanOnDay; user: DirectoryUser },
): EntitledPanelContext | null {
  const licenses = context.userLicenses?.content ?? null;
  if (licenses === null) return null;
  const today = { ...context, tenantEntitlements, report: tenantEntitlements.report(licenses) };
  if (shown.userPlan === user.userPlan) return today;
  const plan = tenantEntitlements.identifyPlan(shown.userPlan);
  const onPlan = plan === 'none' || plan === 'unknown' ? null : tenantEntitlements.whatIf(licenses, plan);
  return onPlan === null ? null : { ...today, report: onPlan.report };
}
