import type { Request, RequestHandler } from 'express';
import type { AuditEvent, AuditLog } from '../../tenants/audit-log.ts';
import type { AdministratorPath, AdminPageName } from '../administrator-pages.ts';
import { toAuditActor } from '../middleware/audit-refusals.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { Language } from '../rendering/i18n.ts';
import { type Spreadsheet, type SpreadsheetFormat, sendSpreadsheet } from '../rendering/spreadsheet.ts';
import { toUtcDay } from '../rendering/timestamps.ts';
import type { Administrator, AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from './admin-frame.ts';

/** The path of a file without its extension. */
type DownloadPath = AdministratorPath extends infer Path
  ? Path extends `${infer Name}.csv`
    ? Name
    : never
  : never;

/** A table that administrators can download. */
interface Download<Row> {
  readonly path: DownloadPath;
  /** The page whose title names the sheet. */
  readonly page: AdminPageName;
  /** The table in the name of the file. */
  readonly name: string;
  /** The entry in the audit log. */
  readonly event: Extract<AuditEvent, { readonly format: SpreadsheetFormat }>['event'];
  readonly makeSheet: (
    request: Request,
    administrator: Administrator,
    language: Language,
  ) => Promise<Pick<Spreadsheet<Row>, 'columns' | 'rows'>>;
}

/**
 * Makes the handlers that send a table of the administrator's tenant as a file and record it in the audit log. All files of
 * a tenant count together.
 * @returns a handler that throws AppError `too-many-requests`
 */
export function createDownloads<Row>(
  deps: {
    readonly administratorGuard: AdministratorGuard;
    readonly adminFrame: MakeAdminFrame;
    readonly audit: AuditLog;
    readonly limits: Pick<RequestLimits, 'countDownload'>;
    readonly now: () => number;
  },
  { path, page, name, event, makeSheet }: Download<Row>,
): (format: SpreadsheetFormat) => RequestHandler {
  return (format) =>
    async function download(request, response) {
      const administrator = await deps.administratorGuard.signInOrRequire(
        request,
        response,
        `${path}.${format}`,
      );
      if (administrator === null) return;
      const { tenant, session } = administrator;
      // Before anything is read.
      deps.limits.countDownload(tenant.tenantId);
      const { frame, language } = await deps.adminFrame(request, administrator, page);
      const sheet = await makeSheet(request, administrator, language);
      await deps.audit.write(toAuditActor(request, session), { event, format });
      await sendSpreadsheet(response, format, {
        fileName: `planlens-${tenant.tenantId}-${name}-${toUtcDay(deps.now())}`,
        sheetName: frame.title,
        ...sheet,
      });
    };
}
