import { describe, expect, it } from 'vitest';
import { createSyncTenantStatus } from '../../../../src/lifecycle/reconcile/sync-tenant-status.ts';
import type { TenantStateCache, TenantStateName } from '../../../../src/superoffice/api/tenant-state.ts';
import type { TenantStatus } from '../../../../src/tenants/tenant.ts';
import type { TenantStore } from '../../../../src/tenants/tenant-store.ts';
import { tenant } from '../../web/panel/panel-contexts.ts';

/** The calls made for a tenant with this status when SuperOffice reports this state. */
async function sync(state: TenantStateName, status: TenantStatus, trigger: 'notification' | 'schedule') {
  const calls: string[] = [];
  const isRunning = state === 'Running' || state === 'OnlineMaintenance';
  const states = {
    invalidate: () => void calls.push('invalidated'),
    getState: async () => ({ state, isRunning, api: '', validUntil: 0 }),
  } as Partial<TenantStateCache> as TenantStateCache;
  const tenants = {
    purge: async (_tenantId: string, by: number | null) => void calls.push(`removed by ${by}`),
    saveStatus: async (_tenantId: string, to: TenantStatus) => void calls.push(to),
  } as Partial<TenantStore> as TenantStore;
  const active = await createSyncTenantStatus({ tenants, states })({ ...tenant, status }, trigger);
  return { active, calls };
}

describe('createSyncTenantStatus', () => {
  it.each<[TenantStateName, TenantStatus]>([
    ['Running', 'active'],
    ['OnlineMaintenance', 'active'],
    ['Suspended', 'suspended'],
    ['OfflineMaintenance', 'suspended'],
    ['MigrationPending', 'suspended'],
    ['Provisioning', 'suspended'],
    ['Unknown', 'suspended'],
    ['Deleting', 'deleting'],
  ])('maps the SuperOffice state %s to the tenant status %s', async (state, status) => {
    const from = status === 'active' ? 'suspended' : 'active';
    expect(await sync(state, from, 'schedule')).toEqual({ active: status === 'active', calls: [status] });
    expect(await sync(state, status, 'schedule')).toEqual({ active: status === 'active', calls: [] });
  });

  it('refreshes the tenant state for a notification and uses the cached one on schedule', async () => {
    expect((await sync('Running', 'active', 'notification')).calls).toEqual(['invalidated']);
    expect((await sync('Running', 'active', 'schedule')).calls).toEqual([]);
  });

  it('purges a deleted tenant after a notification', async () => {
    expect(await sync('Deleted', 'active', 'notification')).toEqual({
      active: false,
      calls: ['invalidated', 'removed by null'],
    });
  });

  it('purges a deleted tenant without a notification only if its status is already deleting', async () => {
    expect(await sync('Deleted', 'active', 'schedule')).toEqual({ active: false, calls: ['deleting'] });
    expect(await sync('Deleted', 'suspended', 'schedule')).toEqual({ active: false, calls: ['deleting'] });
    expect(await sync('Deleted', 'deleting', 'schedule')).toEqual({
      active: false,
      calls: ['removed by null'],
    });
  });

  it('reactivates a tenant that was deleting and is running again', async () => {
    expect(await sync('Running', 'deleting', 'schedule')).toEqual({ active: true, calls: ['active'] });
  });
});
