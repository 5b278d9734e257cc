import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant, TenantStore } from '../../tenants/tenant-store.ts';
import { startWorker, type Worker } from '../worker.ts';
import type { LookAfter } from './reconcile-tenant.ts';

/** How often each tenant is looked after, ms. */
export const lookAfterEveryMs = 60 * 60_000;
/** By how much that varies, so that tenants installed together do not stay together. */
const jitter = 0.2;
const firstWaitMs = 60_000;
/** So often in a row, which takes more than a day. */
const mostRefusals = 12;
const longestWaitMs = 6 * 60 * 60_000;
/** An installation must not wait for a tenant that does not answer. */
const hands = 2;
const lookAgainMs = 5_000;

/** Starts looking after tenants, each when its turn has come. */
export function startLookAfterWorker(deps: {
  tenants: TenantStore;
  lookAfter: LookAfter;
  log: Logger;
}): Worker {
  const { tenants, lookAfter, log } = deps;

  async function workOff(tenant: Tenant): Promise<void> {
    const { ctx } = tenant;
    try {
      await lookAfter(tenant);
      await tenants.endLookAfter(tenant, varied(lookAfterEveryMs), null);
      log.info({ ctx }, 'tenant looked after');
    } catch (error) {
      log.warn(
        { ctx, reason: error instanceof Error ? error.message : 'unknown' },
        'tenant not looked after',
      );
      if (isRefusedForGood(tenant, error)) await tenants.saveStanding(ctx, 'revoked').catch(() => {});
      // Where not even that can be kept, its lease ends and its turn comes again.
      await tenants.endLookAfter(tenant, waitAfter(tenant, error), problemOf(error)).catch(() => {});
    }
  }

  return startWorker({
    take: () => tenants.takeToLookAfter(),
    workOff,
    onTakeFailed: ({ message }) => log.warn({ reason: message }, 'no tenant taken to look after'),
    hands,
    lookAgainMs,
  });
}

/** Longer with each failure, and never before SuperOffice wants to be asked again. */
function waitAfter({ lookedAfter: { failures } }: Tenant, error: unknown): number {
  const wish = error instanceof SuperOfficeError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  return Math.max(wish, varied(Math.min(firstWaitMs * 2 ** failures, longestWaitMs)));
}

/**
 * A refusal that does not say why may be our own fault, such as a client secret that was changed in the portal first:
 * only when it lasts is it taken for a withdrawn approval.
 */
function isRefusedForGood({ lookedAfter: { failures } }: Tenant, error: unknown): boolean {
  const refused = error instanceof SuperOfficeError && error.code === 'system-user-refused';
  return refused && failures + 1 >= mostRefusals;
}

function varied(ms: number): number {
  return ms * (1 + jitter * (2 * Math.random() - 1));
}

function problemOf(error: unknown): string {
  return error instanceof SuperOfficeError || error instanceof AppError ? error.code : 'internal';
}
