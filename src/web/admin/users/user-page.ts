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
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import type { EntitledPanelContext, PanelContext } from '../../panel/panel-context.ts';
import { createDescribePlan } from '../../plan-text.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { Sessions } from '../../sign-in/session.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { orNullIfUnavailable } from '../or-null.ts';
import { type InvalidMark, userMarkSchema, validateMark } from '../reclaim/mark-form.ts';
import { createSaveMarks } from '../reclaim/save-marks.ts';
import { parseAssociateId } from '../user-data/user-data-form.ts';
import { findPlanOnDay, type PlanOnDay } from './plan-on-day.ts';
import { changesSince, userView } from './user-view.ts';

const maxChanges = 100;

/**
 * Serves the panel of one user for the administrators of their tenant, today or on a day of which there is data, and the
 * form that keeps the seat of the user.
 */
export function createUserPage(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminFrame: MakeAdminFrame;
  sessions: Sessions;
  userDirectory: UserDirectory;
  licenses: LicenseSnapshots;
  history: LicenseHistory;
  accessRequests: AccessRequestStore;
  userMarks: UserMarkStore;
  crmAddresses: CrmAddresses;
  entitlementEngine: EntitlementEngine;
  audit: AuditLog;
  views: Views;
  now: () => number;
}): { readonly show: RequestHandler; readonly mark: RequestHandler } {
  const { administratorGuard, drafts, adminFrame, userDirectory, licenses, history, audit, views, now } =
    deps;
  const saveMarks = createSaveMarks(deps);

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
      isFromList: false,
      accessRequests,
      openRequests: null,
      language,
      csrfToken: deps.sessions.csrfToken(session),
      crmScreenPattern: deps.crmAddresses.screenPattern(tenant.tenantId),
      backUrl: '',
      today: toUtcDay(now()),
    };
  }

  async function render(
    request: Request,
    administrator: Administrator,
    { associateId, refused }: { readonly associateId: number; readonly refused: InvalidMark | null },
  ): Promise<string> {
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
    const found = onDay === null || onDay > today ? null : findPlanOnDay(onDay, periods);
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
      refused,
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
    return views('admin-user', language, { ...frame, ...view });
  }

  return {
    async show(request, response) {
      const { associateId, path } = findUserPath(request);
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const kept = drafts.take(request, response, administrator.session, path);
      const draft = userMarkSchema.safeParse(kept && { ...kept, id: [associateId] });
      const refused = draft.success ? ({ ...draft.data, validationError: 'not-sent' } as const) : null;
      response.send(await render(request, administrator, { associateId, refused }));
    },

    async mark(request, response) {
      const { associateId, path } = findUserPath(request);
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const form = parseForm(userMarkSchema, { ...request.body, id: [associateId] });
      const validationError = validateMark(form, toUtcDay(now()));
      if (validationError !== null) {
        const refused = { ...form, validationError };
        response.status(400).send(await render(request, administrator, { associateId, refused }));
        return;
      }
      if ((await userDirectory.find(administrator.tenant.tenantId, associateId)) === null)
        throw new AppError('not-found');
      await saveMarks(request, administrator, form);
      const query = new URLSearchParams({ lang: requestedLanguage(request) });
      response.redirect(303, `${path}?${query}#mark`);
    },
  };
}

/** The user whose page is requested. @throws AppError `not-found` for a path that names no number of a user */
function findUserPath({ params }: Request): {
  readonly associateId: number;
  readonly path: `/admin/users/${number}`;
} {
  const associateId = parseAssociateId(params.associateId);
  if (associateId === null) throw new AppError('not-found');
  return { associateId, path: `/admin/users/${associateId}` };
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
