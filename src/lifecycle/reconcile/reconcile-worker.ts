import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { startWorker, type Worker } from '../worker.ts';
import type { ReconcileTenant } from './reconcile-tenant.ts';

/** How often each tenant is reconciled, ms. */
export const reconcileIntervalMs = 60 * 60_000;
/** Random deviation of every delay, so that tenants installed together drift apart. */
const jitter = 0.2;
const firstRetryMs = 60_000;
const maxRetryMs = 6 * 60 * 60_000;
/** Consecutive refusals of the system user after which its consent counts as revoked: more than a day. */
const maxRefusals = 12;
/** More than one, so that an unresponsive tenant does not delay an installation. */
const concurrency = 2;
const pollIntervalMs = 5_000;

/** Starts reconciling tenants as they become due. */
export function startReconcileWorker(deps: {
  tenants: TenantStore;
  reconcile: ReconcileTenant;
  log: Logger;
}): Worker {
  const { tenants, reconcile, log } = deps;

  async function processTenant(tenant: Tenant): Promise<void> {
    const { tenantId } = tenant;
    try {
      await reconcile(tenant);
      await tenants.completeReconcile(tenant, withJitter(reconcileIntervalMs), null);
      log.info({ tenantId }, 'tenant reconciled');
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      log.warn({ tenantId, reason }, 'reconcile failed');
      if (isRefusedForGood(tenant, error)) await tenants.saveStatus(tenantId, 'revoked').catch(() => {});
      // If the failure cannot be saved, the tenant is claimed again when its lease expires.
      await tenants
        .completeReconcile(tenant, getRetryDelayMs(tenant, error), toErrorCode(error))
        .catch(() => {});
    }
  }

  return startWorker({
    claim: () => tenants.claimDueTenant(),
    processItem: processTenant,
    onClaimFailed: ({ message }) => log.warn({ worker: 'reconcile', reason: message }, 'claim failed'),
    concurrency,
    pollIntervalMs,
  });
}

/** Exponential backoff with jitter, or the Retry-After of SuperOffice if that is longer. */
function getRetryDelayMs({ reconciliation: { failures } }: Tenant, error: unknown): number {
  const retryAfterMs = error instanceof SuperOfficeError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  return Math.max(retryAfterMs, withJitter(Math.min(firstRetryMs * 2 ** failures, maxRetryMs)));
}

/**
 * A refusal without a reason may be our own fault, such as a client secret that was replaced in the Developer Portal before
 * it was replaced here. Only a lasting one counts as revoked consent.
 */
function isRefusedForGood({ reconciliation: { failures } }: Tenant, error: unknown): boolean {
  const refused = error instanceof SuperOfficeError && error.code === 'system-user-refused';
  return refused && failures + 1 >= maxRefusals;
}

function withJitter(ms: number): number {
  return ms * (1 + jitter * (2 * Math.random() - 1));
}

function toErrorCode(error: unknown): string {
  return error instanceof SuperOfficeError || error instanceof AppError ? error.code : 'internal';
}
