import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { Callback } from '../../tenants/callback-queue.ts';
import type { Tenant, TenantStore } from '../../tenants/tenant-store.ts';
import type { Provision } from '../provisioning/provision.ts';
import type { SettleStanding } from '../reconcile/update-tenant-status.ts';

/** Does what a callback asks for; done twice it ends the same. What it throws has it tried again. */
export type ActOnCallback = (callback: Callback) => Promise<void>;

/** What a webhook or a state change means for a tenant. */
export function createActOnCallback(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  settleStanding: SettleStanding;
  provision: Provision;
}): ActOnCallback {
  const { tenants, licenses, settleStanding, provision } = deps;

  return async ({ ctx, content, receivedAt }) => {
    const tenant = await (content.source === 'webhook' ? tenants.remembered(ctx) : tenants.find(ctx));
    if (tenant === null) return;
    const since = receivedAt.getTime();
    if (content.source === 'state-change') return onStateChange(tenant, content.change, since);
    if (content.event === 'associate.deleted' && content.primaryKey !== null)
      return licenses.forgetUser(tenant, content.primaryKey);
    // What is missed meanwhile is found when it is looked after again.
    if (tenant.standing === 'active') await licenses.readSince(tenant, content.primaryKey, since);
  };

  /** The notice says why to ask; what counts is the state SuperOffice tells now. */
  async function onStateChange(tenant: Tenant, change: string, since: number): Promise<void> {
    if (!(await settleStanding(tenant, 'notice'))) return;
    if (change === 'backup-restored') await provision.everything(tenant);
    const mayHaveMissed = tenant.standing !== 'active' || change === 'resume' || change === 'backup-restored';
    if (!mayHaveMissed) return;
    await licenses.readSince(tenant, null, since);
    await tenants.lookAfterSoon(tenant.ctx);
  }
}
