import { describe, expect, it } from 'vitest';
import { callsPerSecond } from '../../src/coordination/rate-limiter.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { untilReconciled } from '../support/jobs.ts';
import { getVisibleText, installedPlanlens, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
/** Longer than the reconcile interval of an hour with its jitter of 20 percent, ms. */
const overAnHour = 75 * 60_000;

describe('tenant reconciliation', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;
  const { control } = sandbox;

  async function tenant(): Promise<Tenant> {
    const found = await services.tenants.find(tenantId);
    if (found === null) throw new Error('the tenant is not installed');
    return found;
  }
  const call = async (method: 'GET' | 'PUT' | 'POST', path: string, json?: unknown) =>
    services.superOffice.webApi
      .asSystemUser(await tenant())
      .call({ operation: 'test', method, path, ...(json === undefined ? {} : { json }), mayBeNull: true });
  const webhook = async () => {
    const [own] = (await call('GET', 'Webhook')) as { WebhookId: number; State: string; TargetUrl: string }[];
    if (own === undefined) throw new Error('no webhook');
    return own;
  };

  /** Advances the clock by over an hour and waits until the tenant is reconciled. */
  async function reconcileAfterAnHour(): Promise<void> {
    await untilReconciled(planlens.environment);
    planlens.passTime(overAnHour);
    await planlens.reconcileDueTenants();
    await untilReconciled(planlens.environment);
  }

  it('reactivates a webhook that SuperOffice stopped and leaves an active one unchanged', async () => {
    const { WebhookId, TargetUrl } = await webhook();
    await call('PUT', `Webhook/${WebhookId}`, {
      Name: 'Planlens',
      Events: ['associate.created', 'associate.changed', 'associate.deleted'],
      TargetUrl,
      State: 'TooManyErrors',
    });
    expect((await webhook()).State).toBe('TooManyErrors');
    await reconcileAfterAnHour();
    expect(await webhook()).toMatchObject({ WebhookId, State: 'Active' });

    control.clearRequests();
    await reconcileAfterAnHour();
    expect(control.requests().filter(({ operation }) => /Update|Create|Save/.test(operation))).toEqual([]);
  });

  it('detects a plan change without a webhook, updates the panel and records the change', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    expect((await cookieClient.get(panelUrl(planlens, salesPremium))).html).toContain(
      '<h1>Sales-Premium</h1>',
    );
    const { WebhookId, TargetUrl } = await webhook();
    await call('PUT', `Webhook/${WebhookId}`, { Name: 'Planlens', Events: [], TargetUrl, State: 'Stopped' });
    control.setPlan({ tenant: tenantId, associateId: salesPremium.associateId, plan: null });
    await reconcileAfterAnHour();
    expect(
      (await services.licenses.getUserLicenses(await tenant(), salesPremium.associateId))?.content.granted,
    ).not.toEqual(expect.arrayContaining([expect.objectContaining({ name: 'ten-sales' })]));
    const [change] = await services.history.latest(tenantId, 1);
    expect(change).toMatchObject({
      change: { kind: 'user-plan', to: '(No Selection)' },
      user: { associateId: salesPremium.associateId, name: 'Markus Brandt' },
    });

    const asAdministrator = await signInToCrm(planlens, administrator);
    const page = await asAdministrator.get(`${planlens.url}/admin/history`);
    expect(getVisibleText(page.html)).toMatch(/Licence changes .* Markus Brandt: .* → no plan/);
  });

  it('records each purchased and each removed module license once', async () => {
    const buy = (module: string, licenses: number) =>
      control.setPurchased({ tenant: tenantId, module, licenses });
    const found = async () =>
      (await services.history.latest(tenantId, 100)).flatMap(({ change, user }) =>
        'module' in change && user === null ? [`${change.kind} ${change.module.name}`] : [],
      );
    buy('ten-sales', 12);
    await reconcileAfterAnHour();
    await reconcileAfterAnHour();
    expect(await found()).toEqual(['purchased ten-sales']);
    buy('saint', 0);
    planlens.passTime(overAnHour);
    await planlens.reconcileDueTenants();
    await expect
      .poll(async () => (await tenant()).reconciliation.lastError)
      .toBe('licenses unexpected-response');
    expect(await found()).toEqual(['purchased ten-sales']);
    await reconcileAfterAnHour();
    expect(await found()).toEqual(['removed saint', 'purchased ten-sales']);
  });

  it('detects a suspended and a resumed tenant without a notification', async () => {
    control.setTenantState({ tenant: tenantId, state: 'Suspended' });
    await reconcileAfterAnHour();
    expect((await tenant()).status).toBe('suspended');
    control.setTenantState({ tenant: tenantId, state: 'Running' });
    await reconcileAfterAnHour();
    expect((await tenant()).status).toBe('active');
  });

  it('retries a failed reconciliation with increasing delay and records the error', async () => {
    control.fail({ operation: 'Archive.*', with: 500 });
    planlens.passTime(overAnHour);
    await planlens.reconcileDueTenants();
    await expect
      .poll(async () => (await tenant()).reconciliation)
      .toMatchObject({
        failures: 1,
        lastError: 'users server-error',
      });
    planlens.passTime(2 * 60_000);
    await planlens.reconcileDueTenants();
    await expect.poll(async () => (await tenant()).reconciliation.failures).toBe(2);
    control.clearFaults();
    planlens.passTime(5 * 60_000);
    await planlens.reconcileDueTenants();
    await expect
      .poll(async () => (await tenant()).reconciliation)
      .toMatchObject({ failures: 0, lastError: null });
  });

  it('makes no calls to a tenant for the Retry-After period that SuperOffice sent', async () => {
    control.fail({ operation: 'Archive.*', with: 429, times: 1, retryAfter: 1_800 });
    planlens.passTime(overAnHour);
    await planlens.reconcileDueTenants();
    await expect.poll(async () => (await tenant()).reconciliation.lastError).toBe('users throttled');
    control.clearRequests();
    const before = (await tenant()).reconciliation.at.getTime();
    planlens.passTime(25 * 60_000);
    await expect(call('GET', 'Webhook')).rejects.toMatchObject({ code: 'circuit-open' });
    expect(control.requests().filter(({ operation }) => !operation.startsWith('Login'))).toEqual([]);
    expect((await tenant()).reconciliation.at.getTime()).toBe(before);
    planlens.passTime(6 * 60_000);
    await planlens.reconcileDueTenants();
    await expect.poll(async () => (await tenant()).reconciliation.lastError).toBeNull();
  });

  it('succeeds without the user list when the app has no permission to read it', async () => {
    control.fail({ operation: 'Archive.*', with: 403 });
    await reconcileAfterAnHour();
    expect((await tenant()).reconciliation).toMatchObject({ failures: 0, lastError: null });
  });

  // certifies R27
  it('limits calls to a tenant to ten per second', async () => {
    // Earlier calls no longer count.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    control.clearRequests();
    const calls = 35;
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: calls }, () => call('GET', 'Webhook')));
    // Not the distances between arrivals, which a busy machine changes.
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(control.requests().length).toBeGreaterThanOrEqual(calls);
    expect(seconds).toBeGreaterThanOrEqual(calls / callsPerSecond - 1);
  });

  it('purges a deleted tenant only after SuperOffice reports it deleted again an hour later', async () => {
    control.setTenantState({ tenant: tenantId, state: 'Deleted' });
    await reconcileAfterAnHour();
    expect((await tenant()).status).toBe('deleting');
    planlens.passTime(overAnHour);
    await planlens.reconcileDueTenants();
    await expect.poll(() => services.tenants.find(tenantId)).toBeNull();
  });
});
