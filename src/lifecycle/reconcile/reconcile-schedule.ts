import type { JobQueue } from '../../coordination/jobs/job-queue.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';

/** How often each tenant is reconciled, ms. */
export const reconcileIntervalMs = 60 * 60_000;
/** How often a revoked tenant is reconciled, which only reads its state, ms. */
export const revokedIntervalMs = 24 * reconcileIntervalMs;
/** Random deviation of every delay, so that tenants installed together drift apart. */
const jitter = 0.2;

/**
 * Enqueues the reconciliation of a tenant now, before scheduled ones. One that is active does not serve the request: it
 * may have passed the point that matters.
 */
export type RequestReconciliation = (tenantId: string) => Promise<void>;

export function createRequestReconciliation(jobs: Pick<JobQueue, 'enqueue'>): RequestReconciliation {
  return (tenantId) =>
    jobs.enqueue('reconciliations', [{ payload: { tenantId }, key: `${tenantId} requested`, urgent: true }]);
}

/** Enqueues the reconciliation of every tenant that is due, and postpones the next one by an interval. */
export function createEnqueueDueTenants(deps: {
  tenants: Pick<TenantStore, 'takeDueTenants'>;
  jobs: Pick<JobQueue, 'enqueue'>;
}): () => Promise<void> {
  const { tenants, jobs } = deps;
  return () =>
    tenants.takeDueTenants(
      { intervalMs: reconcileIntervalMs, revokedIntervalMs, jitter },
      (tenantIds, transaction) =>
        jobs.enqueue(
          'reconciliations',
          tenantIds.map((tenantId) => ({ payload: { tenantId }, key: tenantId })),
          transaction,
        ),
    );
}

/** A delay with random deviation, ms. */
export function withJitter(ms: number): number {
  return ms * (1 + jitter * (2 * Math.random() - 1));
}
