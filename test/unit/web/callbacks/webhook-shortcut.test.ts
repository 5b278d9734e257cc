import { createSecretKey } from 'node:crypto';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { createWebhookShortcut } from '../../../../src/web/callbacks/webhook-shortcut.ts';
import { listening } from '../harness.ts';

const hookId = 'h'.repeat(43);
const hook = { tenantId: 'Cust12345', key: createSecretKey('secret', 'utf8') };
const url = `/callbacks/webhooks/${hookId}`;

describe('createWebhookShortcut', () => {
  let passed: string[];
  let isRefused: 'no' | 'thrown' | 'passed on';
  let isInvalid: boolean;
  beforeEach(() => {
    passed = [];
    isRefused = 'no';
    isInvalid = false;
  });

  const step =
    (name: string): RequestHandler =>
    ({ originalUrl, route }, _response, next) => {
      passed.push(`${name} ${originalUrl} of ${route?.path}`);
      if (isRefused === 'thrown') throw new Error('thrown');
      if (isRefused === 'passed on') next(new Error('passed on'));
      else next();
    };
  const headers: RequestHandler = (_request, response, next) => {
    response.setHeader('X-Policy', 'none');
    next();
  };
  const app = express();
  const { listener, rejectFailed } = createWebhookShortcut({
    app,
    findHook: (id) => (id === hookId ? hook : null),
    receiveEvent: async (known) => {
      if (isInvalid) throw new Error('invalid');
      passed.push(`event of ${known.tenantId}`);
    },
    steps: step('before'),
    headers,
  });
  const fromApp: RequestHandler = (_request, response) => void response.send('from the app');
  const handleError: ErrorRequestHandler = (error, asked, response, _next) => {
    response.status(401).send(`${error.message} ${asked.get('x-sent')}`);
  };
  app.use(rejectFailed, step('app'), fromApp, handleError);
  const server = listening(listener);

  it('acknowledges an event of a webhook in memory once it is received', async () => {
    const { status, text, headers: sent } = await request(server).post(url).send('{}');
    expect([status, text]).toEqual([200, '']);
    expect(sent).toMatchObject({ 'x-policy': 'none', 'content-length': '0' });
    expect(passed).toEqual([`before ${url} of /callbacks/webhooks/:hookId`, 'event of Cust12345']);
  });

  it.each([
    `/callbacks/webhooks/${'x'.repeat(43)}`,
    `/callbacks/webhooks/${hookId}x`,
    `${url}/`,
    `${url}?again`,
    `/Callbacks/webhooks/${hookId}`,
  ])('leaves another address to the app: %s', async (other) => {
    await request(server).post(other).send('{}');
    expect(passed).toEqual([expect.stringMatching(/^app .* of undefined$/)]);
  });

  it('leaves other methods to the app', async () => {
    expect((await request(server).get(url)).text).toBe('from the app');
  });

  it.each([
    ['an event that cannot be received', 'invalid'],
    ['a request that a limit refuses', 'thrown'],
    ['a request that a limit refuses later', 'passed on'],
  ] as const)(
    'leaves the answer to %s to the error handler of the app, and takes no step twice',
    async (_what, message) => {
      isInvalid = message === 'invalid';
      if (message !== 'invalid') isRefused = message;
      const { status, text, headers: sent } = await request(server).post(url).set('X-Sent', 'too').send('{}');
      expect([status, text]).toEqual([401, `${message} too`]);
      expect(sent).toMatchObject({ 'x-policy': 'none' });
      expect(passed).toEqual([`before ${url} of /callbacks/webhooks/:hookId`]);
    },
  );
});
