import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';
import { countWaitingCallbacks, untilCallbacksProcessed } from '../support/jobs.ts';
import {
  install,
  installedPlanlens,
  metricsToken,
  panelUrl,
  signInToCrm,
  testUsers,
} from '../support/planlens.ts';

const withoutPlan = { tenantId: 'Cust20001', associateId: 141, userName: 'emil.strand@designteamet.example' };
const { tenantId } = testUsers.administrator;

describe('callbacks from SuperOffice', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;
  const { control } = sandbox;

  const hook = () => services.webhooks.findOrCreate(tenantId);
  const idle = () => untilCallbacksProcessed(planlens);

  /** Calls the webhook, correctly signed unless `headers` are given. */
  async function call(body: string, headers: Record<string, string> | null = null, hookId?: string) {
    const { hookId: own, secret } = await hook();
    const signature = signWebhookBody(body, secret());
    return fetch(`${planlens.url}/callbacks/webhooks/${hookId ?? own}`, {
      method: 'POST',
      body,
      headers: headers ?? { 'X-SuperOffice-Signature': signature, 'Content-Type': 'application/json' },
    });
  }
  const event = (fields: object = {}) =>
    JSON.stringify({
      EventId: randomUUID(),
      Event: 'associate.changed',
      ContextIdentifier: tenantId,
      PrimaryKey: 141,
      ...fields,
    });
  const licensesRead = () =>
    control.requests().filter(({ operation }) => operation.startsWith('License.')).length;

  describe('webhook events', () => {
    it('the installation creates a webhook with its own secret that SuperOffice tests once', async () => {
      expect(await hook()).toMatchObject({
        outcome: 'created',
        problem: null,
        webhookId: expect.any(Number),
      });
      const [tested] = control.deliveries().filter(({ event: name }) => name === 'test');
      expect(tested).toMatchObject({ status: 200 });
      await install(planlens);
      expect(await hook()).toMatchObject({ outcome: 'unchanged' });
    });

    it('a plan change event updates the panel before cached data expires', async () => {
      const cookieClient = await signInToCrm(planlens, withoutPlan);
      expect((await cookieClient.get(panelUrl(planlens, withoutPlan))).html).toContain(
        '<h1>No user plan</h1>',
      );
      control.setPlan({ tenant: tenantId, associateId: 141, plan: 'ten-service' });
      await idle();
      const { html } = await cookieClient.get(panelUrl(planlens, withoutPlan));
      expect(html).toContain('<h1>Service-Premium</h1>');
      control.setPlan({ tenant: tenantId, associateId: 141, plan: null });
      await idle();
    });

    it('processes a repeated event once', async () => {
      const body = event();
      control.clearRequests();
      const responses = await Promise.all([1, 2, 3, 4].map(() => call(body)));
      expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      await idle();
      const once = licensesRead();
      expect(once).toBeGreaterThan(0);
      expect((await call(body)).status).toBe(200);
      await idle();
      expect(licensesRead()).toBe(once);
    });

    it.each<[string, object]>([
      ['a test event of the tenant Default', { Event: 'test', ContextIdentifier: 'Default' }],
      ['an event of another tenant', { ContextIdentifier: 'Cust20003' }],
      ['an event that the webhook does not subscribe to', { Event: 'sale.created' }],
      ['an event without a name', { Event: undefined }],
      ['a login of a user', { Changes: ['associate_id', 'lastlogin', 'updated'] }],
    ])('answers 200 to %s and reads no licenses', async (_what, fields) => {
      control.clearRequests();
      const { status } = await call(event(fields));
      expect(status).toBe(200);
      await idle();
      expect(licensesRead()).toBe(0);
    });

    it('reads the licenses of the tenant once for many events within three seconds', async () => {
      planlens.passTime(60_000);
      control.clearRequests();
      const users = Array.from({ length: 30 }, (_each, index) => 9_000 + index);
      await Promise.all(users.map((primaryKey) => call(event({ PrimaryKey: primaryKey }))));
      await idle();
      // At the first event, and once for all events of each quiet time.
      const readAt = control
        .requests()
        .flatMap(({ operation, at }) => (operation.startsWith('License.') ? [at] : []));
      expect(readAt.length).toBeGreaterThan(0);
      for (const [index, at] of readAt.entries())
        expect(at - (readAt[index - 1] ?? 0)).toBeGreaterThan(2_000);
    });

    it('reads the licenses of a user once for all events that come during a read', async () => {
      const cookieClient = await signInToCrm(planlens, withoutPlan);
      await cookieClient.get(panelUrl(planlens, withoutPlan));
      await idle();
      // The reads of the events before no longer count.
      planlens.passTime(60_000);
      control.clearRequests();
      const userReads = () =>
        control.requests().filter(({ operation }) => operation === 'License.GetUserLicenses').length;
      const { id } = control.hold({ operation: 'License.GetUserLicenses' });
      onTestFinished(() => control.release({ id }));
      await call(event());
      await control.whenHeld({ id });
      await Promise.all(Array.from({ length: 20 }, () => call(event())));
      expect(userReads()).toBe(1);
      control.release({ id });
      await idle();
      expect(userReads()).toBe(2);
    });

    it.each([
      ['a NUL in the id', { EventId: 'a\0' }],
      ['a lone surrogate in the id', { EventId: 'a\uD800' }],
      ['a NUL in the name', { Event: 'associate.changed\0' }],
      ['a user beyond 32 bits', { PrimaryKey: 2 ** 40 }],
      ['a user below 0', { PrimaryKey: -(2 ** 40) }],
    ])('answers 200 to an event with %s, which fails no job', async (_what, fields) => {
      const failed = () => planlens.logged.filter((line) => /"job (failed|dead-lettered)"/.test(line)).length;
      const before = failed();
      expect((await call(event(fields))).status).toBe(200);
      await idle();
      expect(failed()).toBe(before);
    });

    it('responds 404 to a webhook address that cannot be stored', async () => {
      expect((await call(event(), null, '%00')).status).toBe(404);
      expect((await call(event(), null, '%ED%A0%80')).status).toBeLessThan(500);
    });

    it.each([
      ['not JSON', 'nothing'],
      ['an array', '[]'],
      ['empty', ''],
    ])('answers 200 to a signed webhook body (%s)', async (_what, body) => {
      expect((await call(body)).status).toBe(200);
    });

    it('accepts a repeated event without id, keys and changes', async () => {
      const body = event({ EventId: undefined, PrimaryKey: undefined });
      expect((await call(body)).status).toBe(200);
      expect((await call(body)).status).toBe(200);
      await idle();
    });

    it.each<[string, Record<string, string>]>([
      ['no signature', {}],
      ['an empty signature', { 'X-SuperOffice-Signature': '' }],
      ['a wrong signature', { 'X-SuperOffice-Signature': Buffer.alloc(32).toString('base64') }],
    ])('rejects %s with 401 and reads no licenses', async (_what, headers) => {
      control.clearRequests();
      const response = await call(event(), headers);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
        401,
        'webhook-signature-invalid',
      ]);
      await idle();
      expect(licensesRead()).toBe(0);
    });

    it('rejects a modified body, an unknown webhook address and an oversized body', async () => {
      const { secret } = await hook();
      const signature = signWebhookBody(event(), secret());
      expect((await call(event(), { 'X-SuperOffice-Signature': signature })).status).toBe(401);
      expect((await call(event(), null, 'x'.repeat(43))).status).toBe(404);
      expect((await call('x'.repeat(300_000))).status).toBe(413);
    });

    it.each<[string, () => string, Record<string, string> | null]>([
      ['an event', event, null],
      ['a repeated event', () => event({ EventId: 'repeated' }), null],
      ['an event without a valid signature', event, { 'X-SuperOffice-Signature': 'none' }],
      ['a body that is too large', () => 'x'.repeat(40_000), null],
    ])('responds to %s, logs and counts it alike before the app and in it', async (_what, body, headers) => {
      await call(event({ EventId: 'repeated' }));
      const { hookId } = await hook();
      const before = await observe(() => call(body(), headers));
      // SuperOffice adds no query.
      const inApp = await observe(() => call(body(), headers, `${hookId}?again`));
      expect(before).toEqual(inApp);
      await idle();
    });

    /** The response to a request, its log lines, and what the metrics have counted, without what differs each time. */
    async function observe(send: () => Promise<Response>) {
      const first = planlens.logged.length;
      const counted = await countRequests();
      const response = await send();
      const lines = () =>
        planlens.logged.slice(first).filter((line) => line.includes('"path":"/callbacks/webhooks/'));
      await expect.poll(() => lines().some((line) => line.includes('"request completed"'))).toBe(true);
      const head = [...response.headers].filter(([name]) => !['date', 'etag'].includes(name));
      const text = [response.status, ...head, await response.text(), ...lines()].join('\n');
      const more = [...(await countRequests())].map(([labels, count]) => [
        labels,
        count - (counted.get(labels) ?? 0),
      ]);
      return {
        text: text.replace(/[\da-f]{8}-[\da-f-]{27}/g, 'id').replace(/"(time|responseTime)":\d+/g, '$1'),
        counted: more.filter(([, count]) => count !== 0),
      };
    }

    /** The requests to webhooks that the metrics have counted, by their labels. */
    async function countRequests(): Promise<Map<string, number>> {
      const headers = { authorization: `Bearer ${metricsToken}` };
      const metrics = await (await fetch(`${planlens.url}/metrics`, { headers })).text();
      const found = metrics.matchAll(
        /^http_request_duration_seconds_count(\{.*callbacks\/webhooks.*\}) (\d+)$/gm,
      );
      return new Map([...found].map(([, labels = '', count]) => [labels, Number(count)]));
    }

    it('answers 405, not 410, to unsupported methods so that SuperOffice keeps the webhook active', async () => {
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
        const { hookId } = await hook();
        const { status } = await fetch(`${planlens.url}/callbacks/webhooks/${hookId}`, { method });
        expect(status).toBe(405);
      }
    });

    it('retries an event after SuperOffice fails and loses nothing', async () => {
      control.fail({ operation: 'License.*', with: 503 });
      expect((await call(event())).status).toBe(200);
      await expect.poll(() => licensesRead()).toBeGreaterThan(0);
      expect(await countWaitingCallbacks(String(planlens.environment.DATABASE_URL))).toBe(1);
      control.clearFaults();
      planlens.passTime(2_000);
      await idle();
    });
  });

  describe('state change notifications', () => {
    const status = async () => (await services.tenants.find(tenantId))?.status;

    // certifies R19
    it('suspends a tenant on a suspend notification and reactivates it on a resume notification', async () => {
      control.setTenantState({ tenant: tenantId, state: 'Suspended' });
      expect((await control.sendStateChange({ tenant: tenantId, changeType: 2 })).status).toBe(200);
      await expect.poll(status).toBe('suspended');
      control.setTenantState({ tenant: tenantId, state: 'Running' });
      expect((await control.sendStateChange({ tenant: tenantId, changeType: 3 })).status).toBe(200);
      await expect.poll(status).toBe('active');
    });

    it('processes no events of a suspended tenant and refreshes its licenses after it resumes', async () => {
      const cookieClient = await signInToCrm(planlens, withoutPlan);
      await cookieClient.get(panelUrl(planlens, withoutPlan));
      const assignedPlans = async () => {
        const tenant = await services.tenants.find(tenantId);
        const snapshot = tenant && (await services.licenses.getUserLicenses(tenant, withoutPlan.associateId));
        return snapshot?.content.granted.map(({ name }) => name).filter((name) => name.startsWith('ten-'));
      };
      const nextReconcileAt = async () =>
        (await services.tenants.find(tenantId))?.reconciliation.at.getTime() ?? 0;
      control.setTenantState({ tenant: tenantId, state: 'Suspended' });
      await control.sendStateChange({ tenant: tenantId, changeType: 2 });
      await expect.poll(status).toBe('suspended');
      control.clearRequests();
      control.setPlan({ tenant: tenantId, associateId: withoutPlan.associateId, plan: 'ten-service' });
      await idle();
      expect(licensesRead()).toBe(0);

      control.setTenantState({ tenant: tenantId, state: 'Running' });
      const before = await nextReconcileAt();
      await control.sendStateChange({ tenant: tenantId, changeType: 3 });
      await expect.poll(nextReconcileAt).not.toBe(before);
      await expect.poll(assignedPlans).toEqual(['ten-service']);
      control.setPlan({ tenant: tenantId, associateId: withoutPlan.associateId, plan: null });
      await idle();
    });

    it('repairs panels and webhook after a restored backup', async () => {
      control.clearRequests();
      await control.sendStateChange({ tenant: tenantId, changeType: 1 });
      await idle();
      const operations = control.requests().map(({ operation }) => operation);
      expect(operations).toContain('List.GetWebPanelByProgId');
      expect(operations).toContain('Webhook.List');
    });

    // certifies R19
    it('a Delete notification deletes nothing while SuperOffice reports the tenant as running', async () => {
      await control.sendStateChange({ tenant: tenantId, changeType: 4 });
      await idle();
      expect(await status()).toBe('active');
    });

    it.each(['tampered', 'expired', 'hs256'] as const)(
      'rejects a notification with a token that is %s and keeps the tenant status',
      async (defect) => {
        control.setTenantState({ tenant: tenantId, state: 'Suspended' });
        control.corruptNextToken({ kind: 'state-change', defect });
        expect((await control.sendStateChange({ tenant: tenantId, changeType: 2 })).status).toBe(401);
        control.setTenantState({ tenant: tenantId, state: 'Running' });
        await idle();
        expect(await status()).toBe('active');
      },
    );

    it.each([[{}], [{ ChangeType: 9, ContextIdentifier: tenantId, Token: 'x' }], [[]]])(
      'answers 400 to a malformed notification (%j)',
      async (body) => {
        const response = await fetch(`${planlens.url}/callbacks/state-change`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });
        expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
          400,
          'state-change-malformed',
        ]);
      },
    );

    it('ends a tenant that SuperOffice reports as deleted a minute after a Delete notification', async () => {
      control.setTenantState({ tenant: tenantId, state: 'Deleting' });
      await control.sendStateChange({ tenant: tenantId, changeType: 4 });
      await expect.poll(status).toBe('deleting');
      control.setTenantState({ tenant: tenantId, state: 'Deleted' });
      await control.sendStateChange({ tenant: tenantId, changeType: 4 });
      await idle();
      expect(await status()).toBe('deleting');
      planlens.passTime(61_000);
      const reconciled = () => planlens.reconcileDueTenants().then(status);
      await expect.poll(reconciled, { interval: 500 }).toBeUndefined();
    });
  });
});
