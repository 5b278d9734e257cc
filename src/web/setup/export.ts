import { Readable } from 'node:stream';
import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { ExportTenant } from '../../tenants/tenant-export.ts';
import { toAuditActor } from '../middleware/audit-refusals.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import { sendDownload } from '../rendering/download.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';

/** How soon to try again while too many downloads run, seconds. */
const retryAfterSeconds = 30;

/** Each costs memory for a part of the data and, while its reader is fast, most of a processor core. */
const maxDownloads = 8;

/**
 * Downloads all stored data of the administrator's tenant as a JSON file. One download at a time and one per minute for
 * each tenant, so that a slow reader delays nobody else.
 * @returns a handler that throws AppError `export-limit` and those of the administrator guard
 */
export function createExport(deps: {
  administratorGuard: AdministratorGuard;
  exportTenant: ExportTenant;
  audit: AuditLog;
  limits: RequestLimits;
}): RequestHandler {
  const exporting = new Set<string>();

  return async function exportData(request, response) {
    const administrator = await deps.administratorGuard.requireForForm(request, response, '/uninstall');
    if (administrator === null) return;
    const { tenant, session } = administrator;
    const { tenantId } = tenant;
    if (exporting.has(tenantId) || exporting.size >= maxDownloads)
      throw new AppError('export-limit', { retryAfterSeconds });
    deps.limits.countExport(tenantId);
    exporting.add(tenantId);
    try {
      await deps.audit.write(toAuditActor(request, session), { event: 'exported' });
      request.log.info({}, 'tenant data exported');
      // Reads the next part when the client has taken the one before.
      const parts = Readable.from(deps.exportTenant(tenantId), { highWaterMark: 1 });
      await sendDownload(response.type('json'), `planlens-${tenantId}.json`, [parts]);
    } finally {
      exporting.delete(tenantId);
    }
  };
}
