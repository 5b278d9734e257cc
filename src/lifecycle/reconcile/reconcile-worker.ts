import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { startWorker, type Worker } from '../worker.ts';
import type { ReconcileTenant } from './reconcile-tenant.ts';

/** How often each tenant is looked after, ms. */
export const reconcileIntervalMs = 60 * 60_000;
/** By how much that varies, so that tenants installed together do not stay together. */
const jitter = 0.2;
const firstWaitMs = 60_000;
/** So often in a row, which takes more than a day. */
const maxRefusals = 12;
const maxWaitMs = 6 * 60 * 60_000;
/** An installation must not wait for a tenant that does not answer. */
const concurrency = 2;
const pollIntervalMs = 5_000;

/** Starts looking after tenants, each when its turn has come. */
export function startReconcileWorker(deps: {
  tenants: TenantStore;
  reconcile: ReconcileTenant;
  log: Logger;
}): Worker {
  const { tenants, reconcile, log } = deps;

  async function processNext(tenant: Tenant): Promise<void> {
    const { tenantId } = tenant;
    try {
      await reconcile(tenant);
      await tenants.completeReconcile(tenant, varied(reconcileIntervalMs), null);
      log.info({ tenantId }, 'tenant looked after');
    } catch (error) {
      log.warn(
        { tenantId, reason: error instanceof Error ? error.message : 'unknown' },
        'tenant not looked after',
      );
      if (isRefusedForGood(tenant, error)) await tenants.saveStatus(tenantId, 'revoked').catch(() => {});
      // Where not even that can be kept, its lease ends and its turn comes again.
      await tenants.completeReconcile(tenant, waitAfter(tenant, error), problemOf(error)).catch(() => {});
    }
  }

  return startWorker({
    take: () => tenants.claimDueTenant(),
    processNext,
    onClaimFailed: ({ message }) => log.warn({ reason: message }, 'no tenant taken to look after'),
    concurrency,
    pollIntervalMs,
  });
}

/** Longer with each failure, and never before SuperOffice wants to be asked again. */
function waitAfter({ reconciliation: { failures } }: Tenant, error: unknown): number {
  const accessRequest = error instanceof SuperOfficeError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  return Math.max(accessRequest, varied(Math.min(firstWaitMs * 2 ** failures, maxWaitMs)));
}

/**
 * A refusal that does not say why may be our own fault, such as a client secret that was changed in the portal first:
 * only when it lasts is it taken for a withdrawn approval.
 */
function isRefusedForGood({ reconciliation: { failures } }: Tenant, error: unknown): boolean {
  const refused = error instanceof SuperOfficeError && error.code === 'system-user-refused';
  return refused && failures + 1 >= maxRefusals;
}

function varied(ms: number): number {
  return ms * (1 + jitter * (2 * Math.random() - 1));
}

function problemOf(error: unknown): string {
  return error instanceof SuperOfficeError || error instanceof AppError ? error.code : 'internal';
}
