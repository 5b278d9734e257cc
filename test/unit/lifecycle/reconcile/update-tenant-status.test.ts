import { describe, expect, it } from 'vitest';
import { createSyncTenantStatus } from '../../../../src/lifecycle/reconcile/update-tenant-status.ts';
import type { TenantStateName, TenantStates } from '../../../../src/superoffice/api/tenant-state.ts';
import type { Tenant } from '../../../../src/tenants/tenant.ts';
import type { TenantStore } from '../../../../src/tenants/tenant-store.ts';
import { tenant } from '../../web/panel/panel-contexts.ts';

type Standing = Tenant['status'];

/** What is done about a tenant of that standing when SuperOffice tells this state. */
async function settle(state: TenantStateName, standing: Standing, because: 'notice' | 'schedule') {
  const done: string[] = [];
  const isRunning = state === 'Running' || state === 'OnlineMaintenance';
  const states = {
    invalidate: () => void done.push('asked anew'),
    getState: async () => ({ state, isRunning, api: '', validUntil: 0 }),
  } as Partial<TenantStates> as TenantStates;
  const tenants = {
    remove: async (_tenantId: string, by: number | null) => void done.push(`removed by ${by}`),
    saveStatus: async (_tenantId: string, to: Standing) => void done.push(to),
  } as Partial<TenantStore> as TenantStore;
  const works = await createSyncTenantStatus({ tenants, states })({ ...tenant, status: standing }, because);
  return { works, done };
}

describe('createSyncTenantStatus', () => {
  it.each<[TenantStateName, Standing]>([
    ['Running', 'active'],
    ['OnlineMaintenance', 'active'],
    ['Suspended', 'suspended'],
    ['OfflineMaintenance', 'suspended'],
    ['MigrationPending', 'suspended'],
    ['Provisioning', 'suspended'],
    ['Unknown', 'suspended'],
    ['Deleting', 'deleting'],
  ])('maps the SuperOffice state %s to the tenant status %s', async (state, standing) => {
    const from = standing === 'active' ? 'suspended' : 'active';
    expect(await settle(state, from, 'schedule')).toEqual({ works: standing === 'active', done: [standing] });
    expect(await settle(state, standing, 'schedule')).toEqual({ works: standing === 'active', done: [] });
  });

  it('refreshes the tenant state for a notification and uses the cached one on schedule', async () => {
    expect((await settle('Running', 'active', 'notice')).done).toEqual(['asked anew']);
    expect((await settle('Running', 'active', 'schedule')).done).toEqual([]);
  });

  it('purges a deleted tenant after a notification', async () => {
    expect(await settle('Deleted', 'active', 'notice')).toEqual({
      works: false,
      done: ['asked anew', 'removed by null'],
    });
  });

  it('purges a deleted tenant without a notification only if its status is already deleting', async () => {
    expect(await settle('Deleted', 'active', 'schedule')).toEqual({ works: false, done: ['deleting'] });
    expect(await settle('Deleted', 'suspended', 'schedule')).toEqual({ works: false, done: ['deleting'] });
    expect(await settle('Deleted', 'deleting', 'schedule')).toEqual({
      works: false,
      done: ['removed by null'],
    });
  });

  it('reactivates a tenant that was deleting and is running again', async () => {
    expect(await settle('Running', 'deleting', 'schedule')).toEqual({ works: true, done: ['active'] });
  });
});
