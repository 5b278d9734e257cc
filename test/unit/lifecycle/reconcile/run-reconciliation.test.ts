import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/errors.ts';
import { ProvisioningIncompleteError } from '../../../../src/lifecycle/provisioning/provision.ts';
import { reconcileIntervalMs } from '../../../../src/lifecycle/reconcile/reconcile-schedule.ts';
import { PartialFailure } from '../../../../src/lifecycle/reconcile/reconcile-tenant.ts';
import { createRunReconciliation } from '../../../../src/lifecycle/reconcile/run-reconciliation.ts';
import {
  SuperOfficeError,
  type SuperOfficeErrorCode,
} from '../../../../src/superoffice/transport/superoffice-error.ts';
import type { Consented, Tenant } from '../../../../src/tenants/tenant.ts';
import type { TenantStore } from '../../../../src/tenants/tenant-store.ts';
import { tenant } from '../../web/panel/panel-contexts.ts';

const minute = 60_000;

describe('createRunReconciliation', () => {
  /** Runs one reconciliation of a tenant with this many earlier failures, and returns what was saved. */
  async function reconcile(
    failures: number,
    work: (tenant: Tenant) => Promise<number | null>,
    setupStartedAt: Date | null = null,
  ) {
    const completed: { delayMs: number; problem: string | null }[] = [];
    const statuses: string[] = [];
    const tenants = {
      find: async () => ({
        ...tenant,
        reconciliation: { ...tenant.reconciliation, failures, setupStartedAt },
      }),
      completeReconcile: async (_tenant: Tenant, delayMs: number, problem: string | null) => {
        completed.push({ delayMs, problem });
      },
      saveStatus: async (_tenant: Consented, status: string) => void statuses.push(status),
    } as Partial<TenantStore> as TenantStore;
    const run = createRunReconciliation({ tenants, reconcile: work, log: pino({ level: 'silent' }) });
    await run({ tenantId: tenant.tenantId });
    expect(completed).toHaveLength(1);
    const [{ delayMs, problem } = { delayMs: 0, problem: null }] = completed;
    return { minutes: delayMs / minute, problem, statuses };
  }
  const failing = (code: SuperOfficeErrorCode, retryAfterSeconds?: number) => async () => {
    throw new SuperOfficeError(code, 'users', retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
  };

  it('schedules the next reconciliation an hour after a success, give or take 20 percent', async () => {
    const { minutes, problem } = await reconcile(3, async () => null);
    expect(problem).toBeNull();
    expect(Math.abs(minutes - reconcileIntervalMs / minute)).toBeLessThanOrEqual(12);
  });

  it('adds jitter so that reconciliations do not coincide', async () => {
    const times = new Set<number>();
    for (let each = 0; each < 5; each += 1) {
      times.add((await reconcile(0, async () => null)).minutes);
    }
    expect(times.size).toBe(5);
  });

  it.each([
    [0, 1],
    [1, 2],
    [5, 32],
    [20, 360],
  ])(
    'backs off with each failure: after %i earlier failures it waits about %i minutes',
    async (failures, about) => {
      const { minutes, problem } = await reconcile(failures, failing('timeout'));
      expect(problem).toBe('timeout');
      expect(Math.abs(minutes - about)).toBeLessThanOrEqual(about * 0.2);
    },
  );

  it('waits for the longer of Retry-After and its own backoff', async () => {
    expect((await reconcile(0, failing('throttled', 3_600))).minutes).toBe(60);
    expect((await reconcile(6, failing('throttled', 1))).minutes).toBeGreaterThan(50);
  });

  it.each([
    [new AppError('database-unavailable'), 'database-unavailable'],
    [new TypeError('a secret'), 'internal'],
  ])('records the error %s by its code', async (error, problem) => {
    expect((await reconcile(0, () => Promise.reject(error))).problem).toBe(problem);
  });

  it('records which part failed, and lets the other part wait for an interval at most', async () => {
    const failsInPart = async () => {
      throw new PartialFailure('users', new SuperOfficeError('unexpected-response', 'users'));
    };
    expect((await reconcile(0, failsInPart)).problem).toBe('users unexpected-response');
    const { minutes } = await reconcile(20, failsInPart);
    expect(Math.abs(minutes - reconcileIntervalMs / minute)).toBeLessThanOrEqual(12);
  });

  it('marks a tenant as revoked only when the system user is refused repeatedly', async () => {
    expect((await reconcile(10, failing('system-user-refused'))).statuses).toEqual([]);
    expect((await reconcile(11, failing('system-user-refused'))).statuses).toEqual(['revoked']);
    expect((await reconcile(30, failing('client-refused'))).statuses).toEqual([]);
  });

  it('calls nothing for a tenant that was removed', async () => {
    const tenants = { find: async () => null } as Partial<TenantStore> as TenantStore;
    const work = async () => Promise.reject(new Error('called'));
    const run = createRunReconciliation({ tenants, reconcile: work, log: pino({ level: 'silent' }) });
    await run({ tenantId: tenant.tenantId });
  });

  it('schedules the next reconciliation when the work asks for it', async () => {
    expect((await reconcile(0, async () => minute)).minutes).toBe(1);
  });

  it('retries an installation within seconds, and then with the usual backoff', async () => {
    const incomplete = async () => Promise.reject(new ProvisioningIncompleteError('server-error'));
    const first = await reconcile(0, incomplete, new Date());
    expect([first.minutes <= 0.2, first.problem]).toEqual([true, 'server-error']);
    expect((await reconcile(1, incomplete)).minutes).toBeGreaterThan(1.5);
  });

  it('never retries an incomplete provisioning less often than it reconciles', async () => {
    const incomplete = async () => Promise.reject(new ProvisioningIncompleteError('unexpected-response'));
    expect((await reconcile(20, incomplete)).minutes).toBeLessThanOrEqual(72);
  });
});
