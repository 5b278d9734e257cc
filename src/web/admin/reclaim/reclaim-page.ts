import type { Request, RequestHandler } from 'express';
import type { EntitlementEngine, TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { ListedHolder, ListSeatHolders } from '../../../snapshots/seat-holders.ts';
import type { CrmAddresses } from '../../../superoffice/api/crm-addresses.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { Tenant } from '../../../tenants/tenant.ts';
import type { UserMarkStore } from '../../../tenants/user-mark-store.ts';
import { viewQuery } from '../../administrator-pages.ts';
import { readAdministrationAddresses } from '../../crm-links.ts';
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import type { RequestLimits } from '../../middleware/request-limits.ts';
import { createDescribePlan } from '../../plan-text.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import type { Language } from '../../rendering/i18n.ts';
import type { SpreadsheetFormat } from '../../rendering/spreadsheet.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { createDownloads } from '../downloads.ts';
import { orNullIfUnavailable } from '../or-null.ts';
import { requestedCount } from '../requested-count.ts';
import { fewerSeatsAddress } from './fewer-seats.ts';
import { type InvalidMark, markSchema, validateMark } from './mark-form.ts';
import { parseReclaimFilter, type ReclaimFilter } from './reclaim-filter.ts';
import { findReclaimList, type ReclaimList } from './reclaim-list.ts';
import { reclaimSheetColumns } from './reclaim-sheet.ts';
import { reclaimView } from './reclaim-view.ts';
import { createSaveMarks } from './save-marks.ts';

const path = '/admin/seats/reclaim';

interface ReclaimPageDeps {
  readonly administratorGuard: AdministratorGuard;
  readonly drafts: FormDrafts;
  readonly adminFrame: MakeAdminFrame;
  readonly listSeatHolders: ListSeatHolders;
  readonly userMarks: UserMarkStore;
  readonly licenses: LicenseSnapshots;
  readonly crmAddresses: CrmAddresses;
  readonly entitlementEngine: EntitlementEngine;
  readonly audit: AuditLog;
  readonly limits: RequestLimits;
  readonly views: Views;
  readonly now: () => number;
}

/** What a request for the list asks for. */
interface RequestedList {
  readonly filter: ReclaimFilter;
  readonly users: readonly ListedHolder[];
  readonly plans: TenantEntitlements;
  readonly list: ReclaimList;
}

/**
 * Serves the seats that possibly serve nobody, as a page and as a file, and marks users whose seats are kept. Nothing is
 * changed in SuperOffice. That an administrator saw the list is in the audit log.
 */
export function createReclaimPage(deps: ReclaimPageDeps): {
  readonly show: RequestHandler;
  readonly mark: RequestHandler;
  readonly download: (format: SpreadsheetFormat) => RequestHandler;
} {
  const { administratorGuard, drafts, adminFrame, audit, views, now } = deps;
  const saveMarks = createSaveMarks(deps);

  async function requestList({ query }: Request, tenant: Tenant, language: Language): Promise<RequestedList> {
    const filter = parseReclaimFilter(query);
    const today = toUtcDay(now());
    const [users, tenantLicenses] = await Promise.all([
      deps.listSeatHolders(tenant.tenantId, today),
      orNullIfUnavailable(deps.licenses.getTenantLicenses(tenant)),
    ]);
    const plans = deps.entitlementEngine(tenantLicenses?.content ?? null, today);
    const isSuite = plans.report(null).model === 'suite';
    const describe = createDescribePlan(plans, language);
    const list = findReclaimList(users, filter, { now: now(), isSuite, describe, locale: language.locale });
    return { filter, users, plans, list };
  }

  async function render(
    request: Request,
    administrator: Administrator,
    refused: InvalidMark | null,
  ): Promise<string> {
    const { tenant, session } = administrator;
    const { frame, language } = await adminFrame(request, administrator, 'seats');
    const [requested, addresses] = await Promise.all([
      requestList(request, tenant, language),
      readAdministrationAddresses(deps.crmAddresses, tenant),
    ]);
    await audit.write(toAuditActor(request, session), { event: 'reclaim-seen' });
    const view = reclaimView({
      ...requested,
      refused,
      savedCount: refused === null ? requestedCount(request.query.saved) : 0,
      contract: tenant.contract,
      addresses,
      today: toUtcDay(now()),
      now: now(),
      lang: frame.lang,
      language,
    });
    return views('admin-reclaim', language, { ...frame, ...view });
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const draft = markSchema.safeParse(drafts.take(request, response, administrator.session, path));
      const refused = draft.success ? ({ ...draft.data, validationError: 'not-sent' } as const) : null;
      response.send(await render(request, administrator, refused));
    },

    async mark(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const form = parseForm(markSchema, request.body);
      const validationError = validateMark(form, toUtcDay(now()));
      if (validationError !== null) {
        response.status(400).send(await render(request, administrator, { ...form, validationError }));
        return;
      }
      if (form.intent === 'open') {
        response.redirect(303, userUrl(request, form.id[0]));
        return;
      }
      if (form.intent === 'message') {
        response.redirect(303, await messageUrl(request, administrator, form.id));
        return;
      }
      const changed = await saveMarks(request, administrator, form);
      response.redirect(303, nextUrl(request, changed.length));
    },

    download: createDownloads(deps, {
      path,
      page: 'seats',
      name: 'reclaim',
      event: 'reclaim-downloaded',
      async makeSheet(request, { tenant }, language) {
        const { list } = await requestList(request, tenant, language);
        return { columns: reclaimSheetColumns(language), rows: list.shown };
      },
    }),
  };

  /** The address of the message that asks for fewer seats, by the plans of the ticked users. */
  async function messageUrl(
    request: Request,
    administrator: Administrator,
    ids: readonly number[],
  ): Promise<string> {
    const { frame, language } = await adminFrame(request, administrator, 'seats');
    const { users, plans } = await requestList(request, administrator.tenant, language);
    const ticked = users.filter(({ associateId }) => ids.includes(associateId));
    return fewerSeatsAddress(ticked, plans, frame.lang, language);
  }
}

/** The list from which a form was sent, as it was shown. */
function nextUrl(request: Request, savedCount: number): string {
  const { saved: _saved, ...query } = request.query;
  const next = new URLSearchParams(`lang=${requestedLanguage(request)}&${viewQuery(query)}`);
  next.set('saved', String(savedCount));
  return `${path}?${next}`;
}

function userUrl(request: Request, user: number | undefined): string {
  return `/admin/users/${user}?${new URLSearchParams({ lang: requestedLanguage(request) })}`;
}
