import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { get, openClient, postJson, premium, readJson, startReceiver } from './support.ts';

interface Hook {
  WebhookId: number;
  Name: string;
  State: string;
  Secret: string | null;
  TotalErrors: number;
  ConsecutiveErrors: number;
}

const { sandbox, client } = await openClient();
let receiver: Awaited<ReturnType<typeof startReceiver>>;
/** The next statuses of the receiver; then 200. */
let statuses: number[];

beforeEach(async () => {
  sandbox.control.scaleWebhookRetries({ scale: 0 });
  statuses = [];
  receiver = await startReceiver(statuses);
});
afterEach(() => receiver.close());

const body = (more: Record<string, unknown> = {}) => ({
  Name: 'Ours',
  Events: ['associate.changed'],
  TargetUrl: `${receiver.url}/hook`,
  Secret: 'Blåbær',
  State: 'Active',
  Type: 'webhook',
  ...more,
});
const create = (more?: Record<string, unknown>) =>
  postJson(`${client.url}/Webhook`, body(more), client.headers);
const created = async (more?: Record<string, unknown>) => readJson<Hook>(await create(more));
const read = async (id: number) => readJson<Hook>(await get(`${client.url}/Webhook/${id}`, client.headers));
const put = (id: number, more: Record<string, unknown>) =>
  fetch(`${client.url}/Webhook/${id}`, {
    method: 'PUT',
    headers: { ...client.headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body(more)),
  });
const sign = (text: string, secret = 'Blåbær') => createHmac('sha256', secret).update(text).digest('base64');
const changePlan = async () => {
  sandbox.control.setPlan({ tenant: premium, associateId: 101, plan: 'ten-marketing' });
  await sandbox.control.whenDelivered();
};

describe('sandbox webhook registration', () => {
  it('sends a signed test event first', async () => {
    const hook = await created();
    expect(hook).toMatchObject({ Name: 'Ours', State: 'Active', Secret: null });
    expect(receiver.received).toHaveLength(1);
    const [test] = receiver.received;
    expect(test?.url).toBe('/hook');
    expect(test?.headers).toMatchObject({
      'x-superoffice-event': 'test',
      'x-hook-test': 'true',
      'x-superoffice-signature': sign(test?.body ?? ''),
      'content-type': 'application/json; charset=utf-8',
    });
    expect(JSON.parse(test?.body ?? '')).toMatchObject({
      Event: 'test',
      ContextIdentifier: 'Default',
      Changes: [],
    });
  });

  it.each([202, 204, 302, 500])(
    'fails when the receiver responds to the test event with %i',
    async (status) => {
      statuses.push(status);
      expect((await create()).status).toBe(400);
      expect(await client.get('/Webhook')).toEqual([]);
    },
  );

  it('fails when the target does not respond', async () => {
    await receiver.close();
    expect((await create()).status).toBe(400);
  });

  it.each(['http://example.com/hook', 'ftp://127.0.0.1/', 'nonsense'])(
    'fails for the invalid target %s',
    async (targetUrl) => {
      expect((await create({ TargetUrl: targetUrl })).status).toBe(400);
      expect(sandbox.control.deliveries()).toEqual([]);
    },
  );

  it('sends the custom headers, and no signature without a secret', async () => {
    await create({ Secret: null, Headers: { 'X-Own': 'yes' } });
    const [test] = receiver.received;
    expect(test?.headers['x-superoffice-signature']).toBeUndefined();
    expect(test?.headers['x-own']).toBe('yes');
  });
});

describe('sandbox webhook management', () => {
  it('returns a default webhook without saving it', async () => {
    expect(await client.get('/Webhook/default')).toMatchObject({
      WebhookId: 0,
      Events: ['contact.created', 'contact.deleted'],
      State: 'Active',
      Type: 'webhook',
      Registered: '0001-01-01T00:00:00',
    });
  });

  it('filters the list by name, event and state', async () => {
    await create();
    await create({ Name: 'Other', Events: ['contact.created'], State: 'Stopped' });
    const names = async (query: string) =>
      (await client.get<Hook[]>(`/Webhook${query}`)).map((hook) => hook.Name);
    expect(await names('')).toEqual(['Ours', 'Other']);
    expect(await names('?nameFilter=Our')).toEqual(['Ours']);
    expect(await names('?eventFilter=contact.created')).toEqual(['Other']);
    expect(await names('?statusFilter=Stopped')).toEqual(['Other']);
    expect(await names('?statusFilter=Unknown')).toHaveLength(2);
  });

  it('keeps the secret when an update omits it', async () => {
    const { WebhookId } = await created();
    expect((await put(WebhookId, { Secret: null, Name: 'Renamed' })).status).toBe(200);
    const last = receiver.received.at(-1);
    expect(last?.headers['x-superoffice-signature']).toBe(sign(last?.body ?? ''));
    expect((await read(WebhookId)).Name).toBe('Renamed');
  });

  it('answers 404 for a deleted webhook and sends it no events', async () => {
    const { WebhookId } = await created();
    const url = `${client.url}/Webhook/${WebhookId}`;
    expect((await fetch(url, { method: 'DELETE', headers: client.headers })).status).toBe(204);
    expect((await get(url, client.headers)).status).toBe(404);
    await changePlan();
    expect(receiver.received).toHaveLength(1);
  });

  it('tests a target without saving a webhook', async () => {
    const response = await postJson(`${client.url}/Webhook/Test`, body(), client.headers);
    expect(await readJson(response)).toMatchObject({ Success: true, Message: '200 received' });
    statuses.push(500);
    const failed = await postJson(`${client.url}/Webhook/Test`, body(), client.headers);
    expect(await readJson(failed)).toMatchObject({ Success: false, Message: '500 received' });
    expect(await client.get('/Webhook')).toEqual([]);
  });
});

describe('sandbox webhooks of version 12', () => {
  it('keeps the description and the notification of errors', async () => {
    const notification = {
      Description: 'What it is for',
      ErrorEmails: ['ops@example.com'],
      NotifyVia: 'Email',
      NotifyWhen: 'Disabling',
    };
    const { WebhookId } = await created(notification);
    expect(await read(WebhookId)).toMatchObject({ ...notification, ErrorAssociates: [] });
    expect(await created()).toMatchObject({
      Description: '',
      ErrorEmails: [],
      NotifyVia: 'None',
      NotifyWhen: 'None',
    });
  });

  it.each([
    [3, 'FirstFailure, Disabling'],
    ['FirstFailure, Disabling', 'FirstFailure, Disabling'],
    [0, 'None'],
  ])('accepts NotifyWhen as %s', async (sent, shown) => {
    expect(await created({ NotifyWhen: sent })).toMatchObject({ NotifyWhen: shown });
  });

  it.each(['Always', 'Disabling, FirstFailure', 4])('refuses NotifyWhen as %s', async (sent) => {
    expect((await create({ NotifyWhen: sent })).status).toBe(400);
  });

  it.each([true, false])('copies a webhook as stopped, with its secret: %s', async (keepSecret) => {
    const { WebhookId } = await created();
    const { webhookId } = sandbox.control.copyWebhook({ tenant: premium, webhookId: WebhookId, keepSecret });
    expect(await read(webhookId)).toMatchObject({ Name: 'Copy of Ours', State: 'Stopped', TotalCalls: 0 });
    expect((await put(webhookId, { Secret: null, State: 'Active' })).status).toBe(200);
    const { headers, body: text = '' } = receiver.received.at(-1) ?? {};
    expect(headers?.['x-superoffice-signature'] === sign(text)).toBe(keepSecret);
  });

  it('sends an event again with the same id and time', async () => {
    await created();
    await changePlan();
    const first = receiver.received.at(-1);
    const [, { eventId } = { eventId: '' }] = sandbox.control.deliveries();
    sandbox.control.redeliver({ eventId });
    await sandbox.control.whenDelivered();
    expect(receiver.received).toHaveLength(3);
    expect(receiver.received.at(-1)?.body).toBe(first?.body);
  });
});

describe('sandbox webhook delivery', () => {
  it('signs the exact bytes of an event and includes the changed entity', async () => {
    await created({ Properties: { installation: 'æøå' } });
    await changePlan();
    const call = receiver.received.at(-1);
    expect(call?.headers).toMatchObject({
      'x-superoffice-event': 'associate.changed',
      'x-superoffice-retry': '0',
      'x-superoffice-signature': sign(call?.body ?? ''),
    });
    expect(call?.headers['x-hook-test']).toBeUndefined();
    const event = JSON.parse(call?.body ?? '');
    expect(event).toMatchObject({
      Event: 'associate.changed',
      Entity: 'associate',
      PrimaryKey: 101,
      ContextIdentifier: premium,
      WebhookName: 'Ours',
      installation: 'æøå',
    });
    expect(event.EventId).toBe(call?.headers['x-superoffice-eventid']);
    expect(event.Timestamp).toMatch(/\.\d{7}Z$/);
  });

  it('delivers a custom event', async () => {
    await created({ Events: ['foo.bar'] });
    const response = await postJson(`${client.url}/Webhook/foo.bar/123`, { Colour: 'green' }, client.headers);
    expect(response.status).toBe(204);
    await sandbox.control.whenDelivered();
    expect(JSON.parse(receiver.received.at(-1)?.body ?? '')).toMatchObject({
      Event: 'foo.bar',
      PrimaryKey: 123,
      FieldValues: { Colour: 'green' },
    });
  });

  it('sends no event to a webhook that is stopped or did not subscribe to it', async () => {
    await created({ Events: ['contact.created'] });
    await created({ State: 'Stopped' });
    await changePlan();
    expect(receiver.received).toHaveLength(2);
  });

  it('retries with the same event id until the target accepts the event', async () => {
    const { WebhookId } = await created();
    statuses.push(500, 500, 503, 500);
    await changePlan();
    const calls = receiver.received.slice(1);
    expect(calls.map((call) => call.headers['x-superoffice-retry'])).toEqual(['0', '1', '2', '3', '4']);
    expect(new Set(calls.map((call) => call.headers['x-superoffice-eventid'])).size).toBe(1);
    expect(new Set(calls.map((call) => call.body)).size).toBe(1);
    expect(await read(WebhookId)).toMatchObject({ State: 'Active', TotalErrors: 4, ConsecutiveErrors: 0 });
    expect(sandbox.control.deliveries().map((attempt) => attempt.status)).toEqual([
      200, 500, 500, 503, 500, 200,
    ]);
  });

  it('waits one second after the first failure', async () => {
    await created();
    sandbox.control.scaleWebhookRetries({ scale: 0.1 });
    statuses.push(500);
    await changePlan();
    const [, first, second] = sandbox.control.deliveries();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(95);
  });

  it('stops after nine consecutive failures until the webhook is activated again', async () => {
    const { WebhookId } = await created();
    statuses.push(...Array<number>(9).fill(500));
    await changePlan();
    expect(receiver.received).toHaveLength(10);
    expect(await read(WebhookId)).toMatchObject({ State: 'TooManyErrors', ConsecutiveErrors: 9 });
    expect(await client.get(`/Webhook/${WebhookId}/LastError`)).toBe('500 received');
    sandbox.control.setPlan({ tenant: premium, associateId: 101, plan: 'ten-service' });
    await sandbox.control.whenDelivered();
    expect(receiver.received).toHaveLength(10);
    await put(WebhookId, { State: 'Active' });
    await changePlan();
    expect(receiver.received).toHaveLength(12);
  });

  it('stops at once after a 410', async () => {
    const { WebhookId } = await created();
    statuses.push(410);
    await changePlan();
    expect(receiver.received).toHaveLength(2);
    expect((await read(WebhookId)).State).toBe('TooManyErrors');
  });
});
