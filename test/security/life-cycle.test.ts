import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';
import { runStatement } from '../support/database.ts';
import { getTenant } from '../support/get-tenant.ts';
import { reconcileNow, untilCallbacksProcessed, untilReconciled } from '../support/jobs.ts';
import { isLongForm } from '../support/long-form.ts';
import { openPeerServices } from '../support/peer-services.ts';
import {
  approve,
  featureUrl,
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  submit,
  testUsers,
} from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';

const { administrator, otherAdministrator, salesPremium } = testUsers;
const { tenantId } = administrator;
const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

describe('the life cycle of a tenant', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;
  const { control } = sandbox;
  const databaseUrl = String(planlens.environment.DATABASE_URL);
  // The limit of calls to a tenant has tests of its own. Here, waiting for it would take most of the time.
  await runStatement(
    databaseUrl,
    `create function forget_calls() returns trigger language plpgsql as $$ begin
       new.recent := array_fill(now() - interval '1 hour', array[cardinality(new.recent)]);
       return new;
     end $$;
     create trigger forget_calls before update on rate_limits for each row execute function forget_calls()`,
  );
  /** Another process on the same database. */
  const peer = await openPeerServices(planlens.environment);
  afterAll(() => peer.close());

  const idle = () => untilCallbacksProcessed(planlens);
  const find = () => services.tenants.find(tenantId);
  /** Null for a tenant that counts as not installed. */
  const status = async () => (await find())?.status ?? null;
  const setState = (state: Parameters<typeof control.setTenantState>[0]['state']) =>
    control.setTenantState({ tenant: tenantId, state });
  async function announce(changeType: number): Promise<void> {
    await control.sendStateChange({ tenant: tenantId, changeType });
    await idle();
  }
  async function reconcileAfter(ms: number): Promise<void> {
    // A run that began before would put the next one off by an hour of the later time.
    await untilReconciled(planlens.environment);
    planlens.passTime(ms);
    await planlens.reconcileDueTenants();
  }
  /** The rows of the tenant in a table, for one user if an id is given. */
  async function rows(table: string, associateId?: number) {
    return (await rowsIn(databaseUrl, table)).filter(
      (row) =>
        row.context_identifier === tenantId &&
        (associateId === undefined || row.associate_id === associateId),
    );
  }
  const inTenant = () => control.getSetup({ tenant: tenantId });
  async function countInTenant() {
    const { panels, webhooks } = inTenant();
    const ours = webhooks.filter(({ TargetUrl }) => TargetUrl.startsWith(planlens.url));
    return { panels: panels.filter(({ Deleted }) => !Deleted).length, webhooks: ours.length };
  }
  const call = async (method: 'GET' | 'PUT' | 'POST', path: string, json?: unknown) =>
    services.superOffice.webApi
      .asSystemUser(await getTenant(services.tenants, tenantId))
      .call({ operation: 'test', method, path, ...(json === undefined ? {} : { json }), mayBeNull: true });
  async function uninstall() {
    const cookieClient = await signInToCrm(planlens, administrator);
    const page = await cookieClient.get(`${planlens.url}/uninstall`);
    return submit(cookieClient, page, '/uninstall');
  }

  /** Each test starts with an installed tenant that runs. */
  beforeEach(async () => {
    setState('Running');
    if ((await status()) !== 'active') await install(planlens);
  });

  describe('a wrong report of a deletion', () => {
    it('deletes nothing, whatever change is announced, and however often', async () => {
      for (const changeType of [0, 1, 2, 3, 5]) {
        setState('Deleted');
        await announce(changeType);
        planlens.passTime(9 * minute);
        await announce(changeType);
        expect([changeType, await status()]).toEqual([changeType, 'deleting']);
      }
      setState('Running');
      await announce(3);
      expect(await status()).toBe('active');
      expect((await rows('tenant_users')).length).toBeGreaterThan(0);
    });

    it('deletes nothing when the next report, an hour later, is another one', async () => {
      setState('Deleted');
      await announce(4);
      setState('Suspended');
      await reconcileAfter(75 * minute);
      await expect.poll(status).toBe('suspended');
      setState('Deleted');
      await announce(0);
      planlens.passTime(55 * minute);
      await announce(0);
      expect(await status()).toBe('deleting');
    });
  });

  describe('a proved deletion', () => {
    async function prove(): Promise<void> {
      setState('Deleted');
      await announce(4);
      await reconcileAfter(minute + second);
      await expect.poll(status).toBeNull();
    }

    it('hides all data in all processes, calls nothing and leaves nothing to a new installation', async () => {
      const user = await signInToCrm(planlens, salesPremium);
      expect((await user.get(panelUrl(planlens, salesPremium))).status).toBe(200);
      const page = await user.get(featureUrl(planlens, salesPremium, 'knowledge-base'));
      await submit(user, page, '/panel/access-requests', { reason: 'For customers' });
      expect(await peer.tenants.findCached(tenantId)).not.toBeNull();
      const own = await services.webhooks.findOrCreate(tenantId);
      expect(await peer.webhooks.findByHookId(own.hookId)).not.toBeNull();

      await prove();
      expect((await user.get(panelUrl(planlens, salesPremium))).status).toBe(404);
      await expect.poll(() => peer.tenants.findCached(tenantId)).toBeNull();
      await expect.poll(() => peer.webhooks.findByHookId(own.hookId)).toBeNull();
      const body = JSON.stringify({
        EventId: 'late',
        Event: 'associate.changed',
        ContextIdentifier: tenantId,
        PrimaryKey: 101,
      });
      const signature = signWebhookBody(body, own.secret());
      const headers = { 'X-SuperOffice-Signature': signature };
      const late = await fetch(`${planlens.url}/callbacks/webhooks/${own.hookId}`, {
        method: 'POST',
        headers,
        body,
      });
      expect(late.status).toBe(404);
      control.clearRequests();
      await announce(3);
      await reconcileAfter(2 * day);
      expect((await rows('access_requests')).length).toBeGreaterThan(0);
      expect(control.requests()).toEqual([]);

      setState('Running');
      await install(planlens);
      expect(await rows('access_requests')).toEqual([]);
      const events = (await services.audit.latest(tenantId, 10)).map(({ event }) => event.event);
      expect(events).toEqual(['installed', 'deleted']);
    });

    it('is final after seven days', async () => {
      await install(planlens, otherAdministrator);
      await prove();
      planlens.passTime(7 * day);
      await services.jobs.enqueue('purges', [{ payload: {}, key: 'test' }]);
      await expect.poll(() => rows('tenants')).toEqual([]);
      expect((await rows('audit_log')).map(({ content }) => content)).toEqual([{ event: 'deleted' }]);
      expect(await services.tenants.find(otherAdministrator.tenantId)).not.toBeNull();
    });
  });

  it('ends 30 days after the consent was revoked', async () => {
    await services.tenants.saveStatus(await getTenant(services.tenants, tenantId), 'revoked');
    await reconcileAfter(29 * day);
    await expect.poll(async () => (await find())?.reconciliation.lastError).toBeNull();
    expect(await status()).toBe('revoked');
    await reconcileAfter(3 * day);
    await expect.poll(() => rows('tenants')).toEqual([]);
  });

  it('reports a state that one process read to the others', async () => {
    setState('OfflineMaintenance');
    await announce(0);
    expect(await status()).toBe('suspended');
    expect((await peer.superOffice.states.getState(tenantId)).isRunning).toBe(false);
    setState('Running');
    await announce(0);
    expect(await status()).toBe('active');
    await expect.poll(async () => (await peer.superOffice.states.getState(tenantId)).isRunning).toBe(true);
  });

  describe('a user who leaves', () => {
    const { associateId } = salesPremium;
    const tables = ['tenant_users', 'license_snapshots', 'license_changes', 'access_requests'];
    const about = async () => (await Promise.all(tables.map((table) => rows(table, associateId)))).flat();
    const retire = (retired: boolean) => control.setRetired({ tenant: tenantId, associateId, retired });

    it('leaves nothing, and a session that lives on stores nothing', async () => {
      const user = await signInToCrm(planlens, salesPremium);
      await user.get(panelUrl(planlens, salesPremium));
      const page = await user.get(featureUrl(planlens, salesPremium, 'knowledge-base'));
      await submit(user, page, '/panel/access-requests', { reason: 'I am on sick leave' });
      expect((await about()).length).toBeGreaterThanOrEqual(3);

      retire(true);
      await reconcileNow(planlens, tenantId);
      // The list keeps a user who holds a plan.
      expect(await about()).toMatchObject([{ associate_id: associateId, retired: true }]);
      control.setPlan({ tenant: tenantId, associateId, plan: null });
      await idle();
      await reconcileNow(planlens, tenantId);
      expect(await about()).toEqual([]);
      for (let each = 0; each < 3; each += 1) {
        await user.get(panelUrl(planlens, salesPremium));
        await submit(user, page, '/panel/refresh').catch(() => null);
      }
      const refused = await submit(user, page, '/panel/access-requests', { reason: 'Remember me' });
      expect(refused.status).toBe(401);
      expect(await about()).toEqual([]);
      expect(JSON.stringify(await rowsIn(databaseUrl, 'audit_log'))).not.toContain('Markus');

      retire(false);
      await reconcileNow(planlens, tenantId);
      const again = await signInToCrm(planlens, salesPremium);
      await again.get(panelUrl(planlens, salesPremium));
      expect(await rows('license_snapshots', associateId)).toHaveLength(1);
    });

    it('is erased when SuperOffice reports the deletion, in the memory of all processes too', async () => {
      const removed: (string | null)[] = [];
      peer.onRemoval((key) => void removed.push(key));
      await services.jobs.enqueue('user-changes', [
        { payload: { tenantId, associateId, deleted: true }, key: 'test' },
      ]);
      await idle();
      expect(await about()).toEqual([]);
      await expect.poll(() => removed).toContain(`${tenantId}/${associateId}`);
      await reconcileNow(planlens, tenantId);
    });
  });

  describe('webhooks and panels of ours, however they came', async () => {
    const receiver = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    afterAll(() => new Promise((resolve) => receiver.close(resolve)));

    /** SuperOffice tests the address of a new webhook, so it is changed afterwards. */
    async function addWebhook(name: string): Promise<void> {
      const { port } = receiver.address() as AddressInfo;
      const draft = { Name: name, Events: ['associate.changed'], State: 'Active', Type: 'webhook' };
      const created = (await call('POST', 'Webhook', {
        ...draft,
        TargetUrl: `http://127.0.0.1:${port}/`,
      })) as { WebhookId: number };
      const targetUrl = `${planlens.url}/callbacks/webhooks/${name}`;
      await call('PUT', `Webhook/${created.WebhookId}`, { ...draft, TargetUrl: targetUrl, State: 'Stopped' });
    }
    const addPanel = (progId: string) =>
      call('POST', 'Agents/List/SaveWebPanelEntity', { Name: `Copy of ${progId}`, ProgId: progId });

    it('are brought back to one of each', async () => {
      await addWebhook('renamed');
      await addPanel(inTenant().panels[0]?.ProgId ?? '');
      await addPanel('planlens.forgotten');
      expect(await countInTenant()).toEqual({ panels: 4, webhooks: 2 });
      await announce(1);
      expect(await countInTenant()).toEqual({ panels: 2, webhooks: 1 });
      expect(inTenant().panels.map(({ Name }) => Name)).not.toContain(expect.stringContaining('Copy'));
    });

    it('are removed with the app, and a foreign webhook is not', async () => {
      await addWebhook('renamed');
      await addPanel('planlens.forgotten');
      await call('POST', 'Webhook', {
        Name: 'Planlens of another origin',
        Events: ['associate.changed'],
        TargetUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
      });
      expect((await uninstall()).status).toBe(200);
      expect(await countInTenant()).toEqual({ panels: 0, webhooks: 0 });
      expect(inTenant().webhooks.map(({ Name }) => Name)).toEqual(['Planlens of another origin']);
      expect(await rows('tenants')).toEqual([]);
    });
  });

  it('keeps an approval that is given during a removal', async () => {
    const countApprovals = () =>
      planlens.logged.filter((line) => line.includes('"purpose":"install"')).length;
    const before = countApprovals();
    const { id } = control.hold({ operation: 'List.DeleteWebPanel', nth: 1 });
    const removal = uninstall();
    await control.whenHeld({ id });
    const approval = signInToCrm(planlens, administrator).then((cookieClient) =>
      approve(cookieClient, planlens),
    );
    await expect.poll(countApprovals).toBeGreaterThan(before);
    control.release({ id });
    expect(getVisibleText((await removal).html)).toContain('Planlens has been removed');
    await approval;
    await expect.poll(async () => (await find())?.reconciliation.setupStartedAt ?? null).toBeNull();
    await expect.poll(status).toBe('active');
    await expect.poll(countInTenant).toMatchObject({ panels: 2 });
  });

  it('refuses a removal that an approval has overtaken', async () => {
    const cookieClient = await signInToCrm(planlens, administrator);
    const page = await cookieClient.get(`${planlens.url}/uninstall`);
    const { id } = control.hold({ operation: 'List.DeleteWebPanel', nth: 1 });
    const first = submit(cookieClient, page, '/uninstall');
    await control.whenHeld({ id });
    // The approval is stored by a process that does not wait for the lock, as an earlier version does.
    await runStatement(databaseUrl, "update tenants set consented_at = consented_at + interval '1 second'");
    control.release({ id });
    expect(new URL((await first).url).pathname).toBe('/setup');
    expect(await status()).toBe('active');
    await services.requestReconciliation(tenantId);
  });

  describe('a failure during the setup that may pass', () => {
    const operations = [
      'List.GetWebPanelByProgId',
      'List.SaveWebPanelEntity',
      'List.SetVisibleForUserGroups',
      'Webhook.Create',
    ];
    const failures = [500, 'null', 401, 'malformed'] as const;
    const cases = operations.flatMap((operation, index) =>
      (isLongForm ? failures : [failures[index] ?? 500]).map((failure) => [operation, failure] as const),
    );

    it.each(cases)('at %s with %s is tried again within 90 seconds', async (operation, failure) => {
      await uninstall();
      control.clearRequests();
      control.fail({ operation, with: failure, times: 1 });
      await install(planlens);
      expect(control.requests().map((request) => request.operation)).toContain(operation);
      await reconcileAfter(90 * second);
      await expect
        .poll(async () => {
          const tenant = await find();
          const webhook = await services.webhooks.findOrCreate(tenantId);
          const outcomes = [...(tenant?.panels ?? []), webhook].map(({ outcome }) => outcome);
          return outcomes.length === 3 && !outcomes.includes('failed') && tenant?.reconciliation.lastError;
        })
        .toBeNull();
      expect(await countInTenant()).toEqual({ panels: 2, webhooks: 1 });
    });

    it('is not repeated if SuperOffice refuses the permission', async () => {
      await uninstall();
      control.fail({ operation: 'Webhook.*', with: 403 });
      await install(planlens);
      await expect.poll(async () => (await find())?.reconciliation.lastError).toBeNull();
      control.clearRequests();
      await reconcileAfter(30 * minute);
      expect(control.requests()).toEqual([]);
    });
  });
});
