import type { RequestHandler } from 'express';
import type { LicenseHistory, RecordedChange } from '../../../snapshots/license-history.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { RequestLimits } from '../../middleware/request-limits.ts';
import type { Language } from '../../rendering/i18n.ts';
import { type Spreadsheet, type SpreadsheetFormat, toSheetDay } from '../../rendering/spreadsheet.ts';
import type { Views } from '../../rendering/views.ts';
import type { AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { downloadLinks } from '../download-links.ts';
import { createDownloads } from '../downloads.ts';
import { pager, requestedPage } from '../pager.ts';
import { readInParts } from '../read-in-parts.ts';
import { changeRows, describeChange } from './change-messages.ts';

const path = '/admin/history';
const changesPerPage = 50;

/** Serves the license changes of the administrator's tenant, newest first, as a page and as a file. */
export function createHistoryPage(deps: {
  administratorGuard: AdministratorGuard;
  adminFrame: MakeAdminFrame;
  history: LicenseHistory;
  audit: AuditLog;
  limits: RequestLimits;
  views: Views;
  now: () => number;
}): {
  readonly show: RequestHandler;
  readonly download: (format: SpreadsheetFormat) => RequestHandler;
} {
  const { administratorGuard, adminFrame, history, views } = deps;

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
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
          downloads: downloadLinks(path, frame.lang, language),
          pager: pager({ page, hasMore }, { lang: frame.lang }, language),
        }),
      );
    },

    download: createDownloads(deps, {
      path,
      page: 'history',
      name: 'changes',
      event: 'history-downloaded',
      makeSheet: async (_request, { tenant }, language) => ({
        columns: changeSheetColumns(language),
        rows: readInParts((limit, offset) => history.latest(tenant.tenantId, limit, offset)),
      }),
    }),
  };
}

/** The columns of the changes as a file. Days are calendar days in UTC. */
function changeSheetColumns(language: Language): Spreadsheet<RecordedChange>['columns'] {
  const { t } = language;
  return [
    {
      header: t('admin.seats.day'),
      width: 12,
      value: ({ detectedAt }) => toSheetDay(detectedAt),
    },
    { header: t('admin.changeColumn'), width: 90, value: (change) => describeChange(change, language) },
  ];
}
