import type { Request, RequestHandler } from 'express';
import { AppError } from '../../../errors.ts';
import { purchasesService } from '../../../licensing/advice/drops-service.ts';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { UserDirectory } from '../../../snapshots/user-directory.ts';
import type { CrmAddresses } from '../../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore, RequestedSubject } from '../../../tenants/access-request-store.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { SavedAnswerStore } from '../../../tenants/saved-answer-store.ts';
import type { Tenant } from '../../../tenants/tenant.ts';
import { administrationHelp, readAdministrationAddresses } from '../../crm-links.ts';
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import type { RequestLimits } from '../../middleware/request-limits.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import type { Language } from '../../rendering/i18n.ts';
import type { SpreadsheetFormat } from '../../rendering/spreadsheet.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { downloadLinks } from '../download-links.ts';
import { createDownloads } from '../downloads.ts';
import { type Pager, pager, requestedPage } from '../pager.ts';
import { readInParts } from '../read-in-parts.ts';
import { requestedCount } from '../requested-count.ts';
import { maxNameLength, toStoreError, validateSavedAnswer } from '../saved-answers/saved-answer-form.ts';
import {
  type AccessRequestGroup,
  accessRequestGroup,
  type ResolvedAccessRequest,
  resolvedAccessRequests,
} from './access-request-groups.ts';
import { accessRequestSheetColumns } from './access-request-sheet.ts';
import { createListedPlanReports } from './listed-plan-reports.ts';
import {
  type InvalidResolution,
  type ResolutionForm,
  resolutionSchema,
  validateResolution,
} from './resolution-form.ts';

const path = '/admin/access-requests';
const subjectsPerPage = 10;
/** Requests that are listed of one subject: the others move up when these are answered. */
const requestsPerSubject = 10;
const resolvedPerPage = 50;

/** The part of the page that lists access requests. */
interface ListedAccessRequests {
  /** The comment of a rejected form whose access requests are no longer open; empty without one. */
  readonly unsent: string;
  readonly groups: readonly AccessRequestGroup[];
  readonly resolved: readonly ResolvedAccessRequest[];
  readonly pager: Pager | null;
}

/** Makes the handlers that list the access requests of the administrator's tenant, and resolve some of one subject. */
export function createAccessRequestsPage(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminFrame: MakeAdminFrame;
  accessRequests: AccessRequestStore;
  licenses: LicenseSnapshots;
  userDirectory: UserDirectory;
  crmAddresses: CrmAddresses;
  entitlementEngine: EntitlementEngine;
  savedAnswers: SavedAnswerStore;
  audit: AuditLog;
  limits: RequestLimits;
  views: Views;
  now: () => number;
}): {
  readonly show: RequestHandler;
  readonly resolve: RequestHandler;
  readonly download: (format: SpreadsheetFormat) => RequestHandler;
} {
  const { administratorGuard, drafts, adminFrame, accessRequests, savedAnswers, licenses, audit, views } =
    deps;

  async function render(
    request: Request,
    administrator: Administrator,
    refused: InvalidResolution | null,
  ): Promise<{ readonly html: string; readonly isTooLate: boolean }> {
    const { tenant } = administrator;
    const { query } = request;
    const showsResolved = refused === null && query.show === 'resolved';
    const page = requestedPage(query);
    const [{ frame, language }, tenantLicenses, addresses, answers] = await Promise.all([
      adminFrame(request, administrator, 'accessRequests'),
      licenses.getTenantLicenses(tenant),
      readAdministrationAddresses(deps.crmAddresses, tenant),
      savedAnswers.list(tenant.tenantId),
    ]);
    const plans = deps.entitlementEngine(tenantLicenses?.content ?? null, toUtcDay(deps.now()));
    const mayDropService = tenantLicenses === null || purchasesService(plans.planSeats());
    const listed = showsResolved ? await listResolved(tenant, page, frame.lang, language) : await listOpen();
    const html = views('admin-access-requests', language, {
      ...frame,
      ...listed,
      showsResolved,
      page,
      answerNames: answers.map(({ name }) => name),
      maxNameLength,
      downloads: downloadLinks(path, frame.lang, language),
      saved: describeSaved(query, language),
      inSuperOffice: administrationHelp(
        plans.report(null).model === 'suite' ? ['change-suite'] : ['buy-licenses', 'assign-plan'],
        addresses,
        language,
      ),
    });
    return { html, isTooLate: listed.unsent !== '' };

    async function listOpen(): Promise<ListedAccessRequests> {
      const subjects = await accessRequests.listOpen(
        tenant.tenantId,
        {
          limit: subjectsPerPage + 1,
          offset: refused === null ? (page - 1) * subjectsPerPage : 0,
          perSubject: requestsPerSubject,
        },
        refused?.subject ?? '',
      );
      const isTooLate = refused !== null && !isOpen(subjects[0], refused);
      if (isTooLate && refused.comment === '') throw new AppError('access-request-resolved');
      const shown = subjects.slice(0, subjectsPerPage);
      const associateIds = shown.flatMap(({ requests }) => requests.map(({ associateId }) => associateId));
      const ids = [...new Set(associateIds)];
      const [users, listedPlans] = await Promise.all([
        licenses.getStoredUserLicenses(tenant.tenantId, ids),
        deps.userDirectory.planTexts(tenant.tenantId, ids),
      ]);
      const reportOnListedPlan = createListedPlanReports(plans, listedPlans);
      const facts = { plans, users, reportOnListedPlan, mayDropService };
      return {
        unsent: isTooLate ? refused.comment : '',
        groups: shown.map((each) => accessRequestGroup(each, facts, isTooLate ? null : refused, language)),
        resolved: [],
        pager: pager({ page, hasMore: subjects.length > shown.length }, { lang: frame.lang }, language),
      };
    }
  }

  async function listResolved(
    { tenantId }: Tenant,
    page: number,
    lang: string,
    language: Language,
  ): Promise<ListedAccessRequests> {
    const slice = { limit: resolvedPerPage + 1, offset: (page - 1) * resolvedPerPage };
    const resolved = await accessRequests.listResolved(tenantId, slice);
    const hasMore = resolved.length > resolvedPerPage;
    return {
      unsent: '',
      groups: [],
      resolved: resolvedAccessRequests(resolved.slice(0, resolvedPerPage), language),
      pager: pager({ page, hasMore }, { lang, show: 'resolved' }, language),
    };
  }

  /** The comment to send, the chosen answer if none was typed, and why it is refused; saves it if it is to be saved. */
  async function readComment(
    request: Request,
    { tenant: { tenantId }, session }: Administrator,
    form: ResolutionForm,
  ): Promise<{ comment: string; validationError: InvalidResolution['validationError'] | null }> {
    const isChosen = form.comment === '' && form.answer !== '';
    const chosen = isChosen ? await savedAnswers.find(tenantId, form.answer) : null;
    const comment = chosen?.text ?? form.comment;
    if (isChosen && chosen === null) return { comment, validationError: 'saved-answer-gone' };
    const error = validateResolution({ ...form, comment });
    if (error !== null || form.saveAs === '') return { comment, validationError: error };
    const answer = { name: form.saveAs, text: comment };
    const validationError =
      validateSavedAnswer(answer) ?? toStoreError(await savedAnswers.save(tenantId, answer, null));
    if (validationError === null)
      await audit.write(toAuditActor(request, session), { event: 'answer-saved' });
    return { comment, validationError };
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const draft = resolutionSchema.safeParse(drafts.take(request, response, administrator.session, path));
      const refused = draft.success ? ({ ...draft.data, validationError: 'not-sent' } as const) : null;
      const { html, isTooLate } = await render(request, administrator, refused);
      response.status(isTooLate ? 409 : 200).send(html);
    },

    async resolve(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const { session, tenant } = administrator;
      const form = parseForm(resolutionSchema, request.body);
      const { comment, validationError } = await readComment(request, administrator, form);
      if (validationError !== null) {
        const { html, isTooLate } = await render(request, administrator, { ...form, validationError });
        response.status(isTooLate ? 409 : 400).send(html);
        return;
      }
      const { id, state } = form;
      const resolved = await accessRequests.resolve(tenant.tenantId, id, {
        state,
        comment,
        resolvedBy: session,
      });
      if (resolved.length === 0) {
        const { html } = await render(request, administrator, { ...form, validationError: 'not-sent' });
        response.status(409).send(html);
        return;
      }
      for (const accessRequest of resolved) {
        const event = 'access-request-resolved';
        await audit.write(toAuditActor(request, session), { event, accessRequest, state });
      }
      const saved = { resolved: String(resolved.length), late: String(id.length - resolved.length) };
      const query = new URLSearchParams({ lang: requestedLanguage(request), ...saved });
      response.redirect(303, `${path}?${query}`);
    },

    download: createDownloads(deps, {
      path,
      page: 'accessRequests',
      name: 'requests',
      event: 'requests-downloaded',
      makeSheet: async (_request, { tenant }, language) => ({
        columns: accessRequestSheetColumns(language),
        rows: readInParts((limit, offset) => accessRequests.list(tenant.tenantId, { limit, offset })),
      }),
    }),
  };
}

/** Whether a subject is the one of a rejected form, and a ticked request of it, if there is one, is still open. */
function isOpen(subject: RequestedSubject | undefined, refused: InvalidResolution): boolean {
  if (subject?.subject !== refused.subject) return false;
  return refused.id.length === 0 || subject.requests.some(({ id }) => refused.id.includes(id));
}

/** How many requests were just resolved, and how many another administrator had resolved before; empty if none were. */
function describeSaved(query: Request['query'], { t }: Language): string {
  const [resolved, late] = [requestedCount(query.resolved), requestedCount(query.late)];
  if (resolved === 0) return '';
  const texts = [t('admin.answered', { count: resolved })];
  if (late > 0) texts.push(t('admin.answeredBefore', { count: late }));
  return texts.join(' ');
}
