import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { ExportTenant } from '../../tenants/tenant-export.ts';
import { toAuditActor } from '../middleware/audit-refusals.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';

/** How soon to try again while another download runs, seconds. */
const retryAfterSeconds = 30;

/**
 * Downloads all stored data of the administrator's tenant as a JSON file. One download at a time per process, and one per
 * minute and tenant.
 * @returns a handler that throws AppError `export-limit` and those of the administrator guard
 */
export function createExport(deps: {
  administratorGuard: AdministratorGuard;
  exportTenant: ExportTenant;
  audit: AuditLog;
  limits: RequestLimits;
}): RequestHandler {
  let isExporting = false;

  return async function exportData(request, response) {
    const administrator = await deps.administratorGuard.requireForForm(request, response, '/uninstall');
    if (administrator === null) return;
    const { tenant, session } = administrator;
    const { tenantId } = tenant;
    if (isExporting) throw new AppError('export-limit', { retryAfterSeconds });
    deps.limits.countExport(tenantId);
    isExporting = true;
    try {
      await deps.audit.write(toAuditActor(request, session), { event: 'exported' });
      request.log.info({}, 'tenant data exported');
      response.set('Cache-Control', 'private, no-store').type('json').attachment(`planlens-${tenantId}.json`);
      // The middleware and the pipeline all listen for its end.
      response.setMaxListeners(20);
      // Reads the next part when the client has taken the one before.
      const parts = Readable.from(deps.exportTenant(tenantId), { highWaterMark: 1 });
      await pipeline(parts, response).catch(throwUnlessCancelled);
    } finally {
      isExporting = false;
    }
  };
}

/** An administrator who cancels the download is no failure. */
function throwUnlessCancelled(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
}
