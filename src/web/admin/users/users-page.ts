import type { Request, RequestHandler } from 'express';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { DirectoryUser, UserDirectory, UserGroup } from '../../../snapshots/user-directory.ts';
import type { UserStore } from '../../../snapshots/user-store.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { Tenant } from '../../../tenants/tenant.ts';
import type { RequestLimits } from '../../middleware/request-limits.ts';
import { createDescribePlan, type DescribePlan, type PlanText } from '../../plan-text.ts';
import type { Language } from '../../rendering/i18n.ts';
import type { SpreadsheetFormat } from '../../rendering/spreadsheet.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { createDownloads } from '../downloads.ts';
import { orNullIfUnavailable } from '../or-null.ts';
import { createFindMissing, type FindMissing, orderByMissing } from './missing-features.ts';
import { parseUserFilter, searchWords, toDirectoryQuery, type UserFilter } from './user-filter.ts';
import { userSheetColumns } from './user-sheet.ts';
import { usersPerPage, usersView } from './users-view.ts';

/** Users that are read at once for a file. */
const usersPerRead = 1_000;

interface UsersPageDeps {
  readonly administratorGuard: AdministratorGuard;
  readonly adminFrame: MakeAdminFrame;
  readonly users: UserStore;
  readonly userDirectory: UserDirectory;
  readonly licenses: LicenseSnapshots;
  readonly entitlementEngine: EntitlementEngine;
  readonly audit: AuditLog;
  readonly limits: RequestLimits;
  readonly views: Views;
  readonly now: () => number;
}

/** What a request for the list asks for. */
interface RequestedList {
  readonly filter: UserFilter;
  readonly groups: readonly UserGroup[];
  /** Null on CRM Suite. */
  readonly findMissing: FindMissing | null;
  readonly describe: DescribePlan;
  /** Reads a part of the list. */
  readonly read: (page: { limit: number; offset: number }) => Promise<readonly DirectoryUser[]>;
}

/** Serves the list of the users of the administrator's tenant, as a page and as a file. */
export function createUsersPage(deps: UsersPageDeps): {
  readonly show: RequestHandler;
  readonly download: (format: SpreadsheetFormat) => RequestHandler;
} {
  const { administratorGuard, adminFrame, users, userDirectory, licenses, views, now } = deps;

  async function requestList(request: Request, tenant: Tenant, language: Language): Promise<RequestedList> {
    const filter = parseUserFilter(request.query);
    const { tenantId } = tenant;
    const [groups, tenantLicenses] = await Promise.all([
      userDirectory.groups(tenantId, searchWords(filter)),
      orNullIfUnavailable(licenses.getTenantLicenses(tenant)),
    ]);
    const entitlements = deps.entitlementEngine(tenantLicenses?.content ?? null, toUtcDay(now()));
    const describe = createDescribePlan(entitlements, language);
    const plans = [...new Set(groups.map(({ userPlan }) => userPlan))];
    const isSuite = entitlements.report(null).model === 'suite';
    const findMissing = isSuite ? null : createFindMissing(entitlements);
    const query = {
      ...toDirectoryQuery(filter, inOrder(plans, describe, language), describe),
      ...(filter.sort === 'missing' && findMissing && { planOrder: orderByMissing(plans, findMissing) }),
    };
    const read = (page: { limit: number; offset: number }) => userDirectory.list(tenantId, query, page);
    return { filter, groups, findMissing, describe, read };
  }

  async function* readAll({ read }: RequestedList): AsyncGenerator<DirectoryUser> {
    for (let offset = 0, count = usersPerRead; count === usersPerRead; offset += count) {
      const part = await read({ limit: usersPerRead, offset });
      count = part.length;
      yield* part;
    }
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, '/admin/users');
      if (administrator === null) return;
      const { tenant } = administrator;
      const { frame, language } = await adminFrame(request, administrator, 'users');
      const list = await requestList(request, tenant, language);
      const { filter, groups, findMissing, describe } = list;
      const [listed, readAt] = await Promise.all([
        list.read({ limit: usersPerPage, offset: (filter.page - 1) * usersPerPage }),
        users.lastReadAt(tenant.tenantId),
      ]);
      const isRead = readAt > 0;
      const view = {
        groups,
        users: listed,
        filter,
        describe,
        findMissing,
        isRead,
        lang: frame.lang,
        language,
      };
      response.send(views('admin-users', language, { ...frame, ...usersView(view) }));
    },

    download: createDownloads(deps, {
      path: '/admin/users',
      page: 'users',
      name: 'users',
      event: 'users-downloaded',
      async makeSheet(request, { tenant }, language) {
        const list = await requestList(request, tenant, language);
        return { columns: userSheetColumns(list.describe, list.findMissing, language), rows: readAll(list) };
      },
    }),
  };
}

/** The texts of plans by their names; those of no known plan come behind, users without a plan last. */
function inOrder(plans: readonly string[], describe: DescribePlan, { locale }: Language): readonly string[] {
  const ranks = { known: 0, unknown: 1, none: 2 } as const;
  const compare = (one: PlanText, other: PlanText) =>
    ranks[one.kind] - ranks[other.kind] || one.name.localeCompare(other.name, locale);
  return plans.toSorted((one, other) => compare(describe(one), describe(other)));
}
