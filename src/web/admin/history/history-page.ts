import type { RequestHandler } from 'express';
import type { LicenseHistory } from '../../../snapshots/license-history.ts';
import type { Views } from '../../rendering/views.ts';
import type { AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { pager, requestedPage } from '../pager.ts';
import { changeRows } from './change-messages.ts';

const changesPerPage = 50;

/** Serves the license changes of the administrator's tenant, newest first. */
export function createHistoryPage(deps: {
  administratorGuard: AdministratorGuard;
  adminFrame: MakeAdminFrame;
  history: LicenseHistory;
  views: Views;
}): RequestHandler {
  const { administratorGuard, adminFrame, history, views } = deps;

  return async function historyPage(request, response) {
    const administrator = await administratorGuard.signInOrRequire(request, response, '/admin/history');
    if (administrator === null) return;
    const page = requestedPage(request.query);
    const [{ frame, language }, changes] = await Promise.all([
      adminFrame(request, administrator, 'history'),
      history.latest(administrator.tenant.tenantId, changesPerPage + 1, (page - 1) * changesPerPage),
    ]);
    const hasMore = changes.length > changesPerPage;
    response.send(
      views('admin-history', language, {
        ...frame,
        changes: changeRows(changes.slice(0, changesPerPage), language),
        pager: pager({ page, hasMore }, { lang: frame.lang }, language),
      }),
    );
  };
}
