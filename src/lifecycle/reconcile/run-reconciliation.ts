import type { Logger } from 'pino';
import type { HandleJob } from '../../coordination/jobs/job-queue.ts';
import { AppError } from '../../errors.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { reconcileIntervalMs, withJitter } from './reconcile-schedule.ts';
import { PartialFailure, type ReconcileTenant } from './reconcile-tenant.ts';

const firstRetryMs = 60_000;
const maxRetryMs = 6 * 60 * 60_000;
/** Consecutive refusals of the system user after which its consent counts as revoked: more than a day. */
const maxRefusals = 12;

/**
 * Reconciles a tenant and schedules the next reconciliation: in an interval, or earlier after a failure. The schedule
 * of the tenant is the retry, so a failure does not fail the job.
 */
export function createRunReconciliation(deps: {
  tenants: TenantStore;
  reconcile: ReconcileTenant;
  log: Logger;
}): HandleJob<'reconciliations'> {
  const { tenants, reconcile, log } = deps;

  return async ({ tenantId }) => {
    const tenant = await tenants.find(tenantId);
    if (tenant === null || tenant.status === 'revoked') return;
    try {
      await reconcile(tenant);
    } catch (error) {
      await saveFailure(tenant, error);
      return;
    }
    await tenants.completeReconcile(tenant, withJitter(reconcileIntervalMs), null);
    log.info({ tenantId }, 'tenant reconciled');
  };

  async function saveFailure(tenant: Tenant, error: unknown): Promise<void> {
    const { tenantId } = tenant;
    const reason = error instanceof Error ? error.message : 'unknown';
    log.warn({ tenantId, reason }, 'reconcile failed');
    const { part, cause } = error instanceof PartialFailure ? error : { part: null, cause: error };
    if (isRefusedForGood(tenant, cause)) await tenants.saveStatus(tenantId, 'revoked');
    // The other part must not wait longer than after a success.
    const longestMs = part === null ? maxRetryMs : reconcileIntervalMs;
    const code = toErrorCode(cause);
    const problem = part === null ? code : `${part} ${code}`;
    await tenants.completeReconcile(tenant, getRetryDelayMs(tenant, cause, longestMs), problem);
  }
}

/** Exponential backoff with jitter up to `longestMs`, or the Retry-After of SuperOffice if that is longer. */
function getRetryDelayMs(
  { reconciliation: { failures } }: Tenant,
  error: unknown,
  longestMs: number,
): number {
  const retryAfterMs = error instanceof SuperOfficeError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  return Math.max(retryAfterMs, withJitter(Math.min(firstRetryMs * 2 ** failures, longestMs)));
}

/**
 * A refusal without a reason may be our own fault, such as a client secret that was replaced in the Developer Portal before
 * it was replaced here. Only a lasting one counts as revoked consent.
 */
function isRefusedForGood({ reconciliation: { failures } }: Tenant, error: unknown): boolean {
  const refused = error instanceof SuperOfficeError && error.code === 'system-user-refused';
  return refused && failures + 1 >= maxRefusals;
}

function toErrorCode(error: unknown): string {
  return error instanceof SuperOfficeError || error instanceof AppError ? error.code : 'internal';
}
