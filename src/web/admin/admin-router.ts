import { type RequestHandler, Router } from 'express';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { LicenseHistory } from '../../snapshots/license-history.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { SeatCountStore } from '../../snapshots/seat-count-store.ts';
import type { ListRetiredHolders, ListSeatHolders } from '../../snapshots/seat-holders.ts';
import type { UserDirectory } from '../../snapshots/user-directory.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import type { AssignmentSolver } from '../../solver/assignment-solver.ts';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore } from '../../tenants/access-request-store.ts';
import type { ApiKeyStore } from '../../tenants/api-key-store.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { PlanPriceStore } from '../../tenants/plan-price-store.ts';
import type { SavedAnswerStore } from '../../tenants/saved-answer-store.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { UserDataStore } from '../../tenants/user-data.ts';
import type { UserMarkStore } from '../../tenants/user-mark-store.ts';
import type { UserPinStore } from '../../tenants/user-pin-store.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { SpreadsheetFormat } from '../rendering/spreadsheet.ts';
import type { Views } from '../rendering/views.ts';
import type { FormDrafts } from '../sign-in/form-draft.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';
import { createAccessRequestsPage } from './access-requests/access-requests-page.ts';
import { createAdminFrame } from './admin-frame.ts';
import { createApiKeysPage } from './api-keys/api-keys-page.ts';
import { createContractPage } from './contract/contract-page.ts';
import { createHistoryPage } from './history/history-page.ts';
import { createOverviewPage } from './overview/overview-page.ts';
import { createReclaimPage } from './reclaim/reclaim-page.ts';
import { createSavedAnswersPage } from './saved-answers/saved-answers-page.ts';
import { createSeatsPage } from './seats/seats-page.ts';
import { createUserDataPage } from './user-data/user-data-page.ts';
import { createUserPage } from './users/user-page.ts';
import { createUsersPage } from './users/users-page.ts';
import { createWhatIfPage } from './what-if/what-if-page.ts';

/** Routes of the pages under `/admin` and of their forms. */
export function createAdminRouter(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  sessions: Sessions;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  seatCounts: SeatCountStore;
  history: LicenseHistory;
  accessRequests: AccessRequestStore;
  audit: AuditLog;
  users: UserStore;
  userDirectory: UserDirectory;
  listSeatHolders: ListSeatHolders;
  listRetiredHolders: ListRetiredHolders;
  userMarks: UserMarkStore;
  limits: RequestLimits;
  userData: UserDataStore;
  userPins: UserPinStore;
  planPrices: PlanPriceStore;
  savedAnswers: SavedAnswerStore;
  apiKeys: ApiKeyStore;
  assignmentSolver: AssignmentSolver;
  crmAddresses: CrmAddresses;
  entitlementEngine: EntitlementEngine;
  languages: Languages;
  views: Views;
  form: RequestHandler;
  csrfProtection: RequestHandler;
  now: () => number;
}): Router {
  const { form, csrfProtection } = deps;
  const pageDeps = { ...deps, adminFrame: createAdminFrame(deps) };
  const accessRequests = createAccessRequestsPage(pageDeps);
  const apiKeys = createApiKeysPage(pageDeps);
  const contract = createContractPage(pageDeps);
  const savedAnswers = createSavedAnswersPage(pageDeps);
  const history = createHistoryPage(pageDeps);
  const seats = createSeatsPage(pageDeps);
  const reclaim = createReclaimPage(pageDeps);
  const userData = createUserDataPage(pageDeps);
  const user = createUserPage(pageDeps);
  const users = createUsersPage(pageDeps);
  const whatIf = createWhatIfPage(pageDeps);

  const router = Router();
  function page(path: string, show: RequestHandler, send?: RequestHandler): void {
    const route = router.route(path).get(show);
    if (send !== undefined) route.post(form, csrfProtection, send);
    route.all(methodNotAllowed);
  }
  function files(path: string, download: (format: SpreadsheetFormat) => RequestHandler): void {
    for (const format of ['csv', 'xlsx'] as const)
      router.route(`${path}.${format}`).get(download(format)).all(methodNotAllowed);
  }

  page('/admin', createOverviewPage(pageDeps));
  page('/admin/users', users.show);
  files('/admin/users', users.download);
  page('/admin/users/:associateId', user.show, user.mark);
  page('/admin/seats', seats.show);
  files('/admin/seats', seats.download);
  files('/admin/seats/trend', seats.downloadTrend);
  page('/admin/seats/reclaim', reclaim.show, reclaim.mark);
  files('/admin/seats/reclaim', reclaim.download);
  page('/admin/access-requests', accessRequests.show, accessRequests.resolve);
  files('/admin/what-if', whatIf.download);
  page('/admin/what-if', whatIf.show, whatIf.pin);
  files('/admin/access-requests', accessRequests.download);
  page('/admin/saved-answers', savedAnswers.show, savedAnswers.send);
  page('/admin/contract', contract.show, contract.save);
  page('/admin/history', history.show);
  files('/admin/history', history.download);
  page('/admin/api-keys', apiKeys.show, apiKeys.send);
  page('/admin/user-data', userData.show, userData.send);
  return router;
}
