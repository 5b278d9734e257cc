import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';
import type { ApiCall } from '../../src/superoffice/api/web-api.ts';
import { listAccessRequests } from '../support/access-requests.ts';
import { untilCallbacksProcessed } from '../support/jobs.ts';
import {
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  testUsers,
} from '../support/planlens.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
const dayMs = 24 * 60 * 60_000;
const mailed = {
  ErrorEmails: ['operator@planlens.example'],
  NotifyWhen: 'Disabling',
  NotifyVia: 'Email',
};

describe('webhook in a tenant', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;
  const { control } = sandbox;
  const own = () => services.webhooks.findOrCreate(tenantId);

  async function call(method: ApiCall['method'], path: string, json?: object): Promise<unknown> {
    const tenant = await services.tenants.find(tenantId);
    if (tenant === null) throw new Error('the tenant is not installed');
    const apiClient = services.superOffice.webApi.asSystemUser(tenant);
    return apiClient.call({ operation: 'test', method, path, ...(json && { json }), mayBeNull: true });
  }
  const registered = () => control.getSetup({ tenant: tenantId }).webhooks;
  async function actual() {
    const { webhookId } = await own();
    const found = registered().find(({ WebhookId }) => WebhookId === webhookId);
    if (found === undefined) throw new Error('no webhook');
    return found;
  }
  /** Changes our webhook as an administrator does in Settings and maintenance. */
  async function edit(changes: object): Promise<void> {
    const { WebhookId, Registered: _registered, Updated: _updated, ...entity } = await actual();
    await call('PUT', `Webhook/${WebhookId}`, { ...entity, ...changes });
  }
  const writes = () =>
    control.requests().filter(({ operation }) => /^Webhook\.(Create|Update|Delete)/.test(operation)).length;
  async function setupPage(): Promise<string> {
    const cookieClient = await signInToCrm(planlens, administrator);
    return getVisibleText((await cookieClient.get(`${planlens.url}/setup`)).html);
  }

  it('tells administrators what it is for, and SuperOffice whom to notify when it disables it', async () => {
    expect(await actual()).toMatchObject({
      ...mailed,
      Description: expect.stringContaining(
        'Without it, changes appear in the Planlens panel up to ten minutes',
      ),
    });
    control.clearRequests();
    await install(planlens);
    expect(writes()).toBe(0);
  });

  it('repairs what an administrator edited, and keeps the recipients that were added', async () => {
    await edit({
      Description: 'Mine',
      ErrorEmails: ['admin@designteamet.example'],
      NotifyWhen: 'FirstFailure, Disabling',
      NotifyVia: 'InApp',
    });
    await install(planlens);
    expect(await actual()).toMatchObject({
      Description: expect.stringContaining('Without it'),
      ErrorEmails: ['admin@designteamet.example', 'operator@planlens.example'],
      NotifyWhen: 'FirstFailure, Disabling',
      NotifyVia: 'Email',
    });
    control.clearRequests();
    await install(planlens);
    expect(writes()).toBe(0);
  });

  it.each([true, false])(
    'leaves a stopped copy alone and stays the webhook it was (with its secret: %s)',
    async (keepSecret) => {
      const { WebhookId } = await actual();
      const copy = control.copyWebhook({ tenant: tenantId, webhookId: WebhookId, keepSecret });
      control.clearRequests();
      await install(planlens);
      expect(writes()).toBe(0);
      expect((await own()).webhookId).toBe(WebhookId);
      expect(registered().map((each) => [each.WebhookId, each.State])).toEqual([
        [copy.webhookId, 'Stopped'],
        [WebhookId, 'Active'],
      ]);
      await call('DELETE', `Webhook/${copy.webhookId}`);
    },
  );

  it('processes the events of an active copy once in effect, and deletes the copy', async () => {
    const { WebhookId } = await actual();
    const copy = control.copyWebhook({ tenant: tenantId, webhookId: WebhookId, keepSecret: true });
    const copied = registered().find((each) => each.WebhookId === copy.webhookId);
    if (copied === undefined) throw new Error('no copy');
    copied.State = 'Active';
    control.setPlan({ tenant: tenantId, associateId: salesPremium.associateId, plan: 'ten-service' });
    await untilCallbacksProcessed(planlens);
    const delivered = control.deliveries().filter(({ event }) => event === 'associate.changed');
    expect(delivered.map(({ status }) => status)).toEqual([200, 200]);
    const cookieClient = await signInToCrm(planlens, salesPremium);
    const { html } = await cookieClient.get(panelUrl(planlens, salesPremium));
    expect(html).toContain('<h1>Service-Premium</h1>');
    await install(planlens);
    expect(registered().map((each) => each.WebhookId)).toEqual([WebhookId]);
  });

  it('refuses the events of a copy with another secret', async () => {
    const { WebhookId } = await actual();
    control.scaleWebhookRetries({ scale: 0 });
    const copy = control.copyWebhook({ tenant: tenantId, webhookId: WebhookId, keepSecret: false });
    const copied = registered().find((each) => each.WebhookId === copy.webhookId);
    if (copied === undefined) throw new Error('no copy');
    copied.State = 'Active';
    control.setPlan({ tenant: tenantId, associateId: salesPremium.associateId, plan: 'ten-sales' });
    await untilCallbacksProcessed(planlens);
    expect([copied.State, (await actual()).State]).toEqual(['TooManyErrors', 'Active']);
    expect((await actual()).ConsecutiveErrors).toBe(0);
    await call('DELETE', `Webhook/${copy.webhookId}`);
  });

  it('takes the place of a deleted webhook by its copy', async () => {
    const { WebhookId } = await actual();
    const copy = control.copyWebhook({ tenant: tenantId, webhookId: WebhookId, keepSecret: false });
    await call('DELETE', `Webhook/${WebhookId}`);
    await install(planlens);
    expect((await own()).webhookId).toBe(copy.webhookId);
    expect(registered()).toMatchObject([{ WebhookId: copy.webhookId, Name: 'Planlens', State: 'Active' }]);
  });

  it('shows administrators that deliveries failed', async () => {
    Object.assign(await actual(), { TotalCalls: 40, TotalErrors: 12, ConsecutiveErrors: 3 });
    await install(planlens);
    expect(await setupPage()).toContain('At the last check, the last 3 deliveries had failed.');
    Object.assign(await actual(), { ConsecutiveErrors: 0 });
    await install(planlens);
    expect(await setupPage()).not.toContain('deliveries had failed');
  });

  it('takes an event that is sent again weeks later for one change more', async () => {
    const body = { Event: 'associate.changed', ContextIdentifier: tenantId, PrimaryKey: 101 };
    const event = { ...body, EventId: randomUUID(), Timestamp: '2026-01-01T08:53:40.0597952Z' };
    expect(await post(event)).toBe(200);
    planlens.passTime(40 * dayMs);
    expect(await post(event)).toBe(200);
    await untilCallbacksProcessed(planlens);
    expect(planlens.logged.filter((line) => line.includes('"job failed"'))).toEqual([]);
  });

  it('erases a deleted user, but not a user whose old deletion is sent again', async () => {
    const { accessRequests } = services;
    const associateId = salesPremium.associateId;
    const deletion = (at: number) => ({
      Event: 'associate.deleted',
      EventId: randomUUID(),
      ContextIdentifier: tenantId,
      PrimaryKey: associateId,
      Timestamp: new Date(at).toISOString(),
    });
    const now = () => Date.now() + 40 * dayMs;
    await accessRequests.submit(tenantId, {
      associateId,
      requestedBy: 'Markus Brandt',
      subject: 'feature:mailings',
      reason: '',
    });
    const requests = async () => (await listAccessRequests(accessRequests, tenantId)).length;

    await post(deletion(now() - 14 * dayMs));
    await untilCallbacksProcessed(planlens);
    expect(await requests()).toBe(1);
    await post(deletion(now()));
    await untilCallbacksProcessed(planlens);
    expect(await requests()).toBe(0);
  });

  async function post(event: object): Promise<number> {
    const { hookId, secret } = await own();
    const body = JSON.stringify(event);
    const signature = signWebhookBody(body, secret());
    const { status } = await fetch(`${planlens.url}/callbacks/webhooks/${hookId}`, {
      method: 'POST',
      body,
      headers: { 'X-SuperOffice-Signature': signature, 'Content-Type': 'application/json' },
    });
    return status;
  }
});
