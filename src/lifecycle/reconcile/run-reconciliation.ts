import type { Logger } from 'pino';
import type { HandleJob } from '../../coordination/jobs/job-queue.ts';
import { AppError } from '../../errors.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { ProvisioningIncompleteError } from '../provisioning/provision.ts';
import { reconcileIntervalMs, revokedIntervalMs, withJitter } from './reconcile-schedule.ts';
import { PartialFailure, type ReconcileTenant } from './reconcile-tenant.ts';

const firstRetryMs = 60_000;
/** The first retry of an installation, whose administrator waits for it, ms; the schedule adds up to a minute. */
const firstSetupRetryMs = 10_000;
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
    if (tenant === null) return;
    try {
      const nextCheckMs = await reconcile(tenant);
      const intervalMs = tenant.status === 'revoked' ? revokedIntervalMs : reconcileIntervalMs;
      await tenants.completeReconcile(tenant, nextCheckMs ?? withJitter(intervalMs), null);
    } catch (error) {
      await saveFailure(tenant, error);
      return;
    }
    log.info({ tenantId }, 'tenant reconciled');
  };

  async function saveFailure(tenant: Tenant, error: unknown): Promise<void> {
    const { tenantId } = tenant;
    const reason = error instanceof Error ? error.message : 'unknown';
    log.warn({ tenantId, reason }, 'reconcile failed');
    const { part, cause } = error instanceof PartialFailure ? error : { part: null, cause: error };
    if (isRefusedForGood(tenant, cause)) await tenants.saveStatus(tenant, 'revoked');
    // What succeeded must not wait longer than after a success.
    const isPartial = part !== null || error instanceof ProvisioningIncompleteError;
    const delayMs = getRetryDelayMs(tenant, cause, isPartial ? reconcileIntervalMs : maxRetryMs);
    const code = toErrorCode(cause);
    await tenants.completeReconcile(tenant, delayMs, part === null ? code : `${part} ${code}`);
  }
}

/** Exponential backoff with jitter up to `longestMs`, or the Retry-After of SuperOffice if that is longer. */
function getRetryDelayMs({ reconciliation }: Tenant, error: unknown, longestMs: number): number {
  const { failures, setupStartedAt } = reconciliation;
  const retryAfterMs = error instanceof SuperOfficeError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  const isFirstOfSetup = setupStartedAt !== null && failures === 0;
  const backoffMs = isFirstOfSetup ? firstSetupRetryMs : firstRetryMs * 2 ** failures;
  return Math.max(retryAfterMs, withJitter(Math.min(backoffMs, longestMs)));
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
  const hasCode =
    error instanceof SuperOfficeError ||
    error instanceof AppError ||
    error instanceof ProvisioningIncompleteError;
  return hasCode ? error.code : 'internal';
}
