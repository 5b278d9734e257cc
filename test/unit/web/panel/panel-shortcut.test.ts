import type { RequestHandler } from 'express';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { inOneStep } from '../../../../src/web/middleware/in-one-step.ts';
import { createFindView, createPanelShortcut } from '../../../../src/web/panel/panel-shortcut.ts';
import { compactBody } from '../../../../src/web/rendering/compression.ts';
import type { Session } from '../../../../src/web/sign-in/session.ts';
import { createApp, languages, listening } from '../harness.ts';

const html = '<p>Sales-Premium</p>'.repeat(100);
const etag = 'W/"abc"';
const url = '/panel?uctx=Cust12345&usid=5&lang=en';
const session: Session = {
  tenantId: 'Cust12345',
  associateId: 5,
  isAdministrator: false,
  name: '',
  signedInAt: 0,
};

describe('createPanelShortcut', () => {
  let inMemory: { session: Session | null; isContext: boolean; isPage: boolean };
  let body: ReturnType<typeof compactBody>;
  let bindings: object;
  let isRefused: 'no' | 'thrown' | 'passed on';
  beforeEach(() => {
    inMemory = { session, isContext: true, isPage: true };
    body = compactBody(Buffer.from(html), () => {});
    bindings = {};
    isRefused = 'no';
  });

  const findView = createFindView({
    sessions: { peek: () => inMemory.session },
    panelContexts: { peek: () => (inMemory.isContext ? ({} as never) : null) },
    pages: {
      peek: () => (inMemory.isPage ? { body, etag, mayCompress: true, version: '' } : null),
    },
    languages,
  });
  const limit: RequestHandler = (_request, _response, next) => {
    if (isRefused === 'thrown') throw new Error('refused');
    if (isRefused === 'passed on') next(new Error('refused'));
    else next();
  };
  const log: RequestHandler = (asked, _response, next) => {
    asked.log = { setBindings: (fields: object) => void Object.assign(bindings, fields) } as typeof asked.log;
    next();
  };
  const server = listening(
    createPanelShortcut({
      app: createApp((_request, response) => void response.send('from the app')),
      findView,
      steps: inOneStep(log, limit),
      headers: ['x-frame', 'crm'],
    }),
  );
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    request(server)
      .get(path)
      .set({ 'Accept-Encoding': '', ...headers });

  it.each(['', 'br', 'gzip'] as const)('sends a page from memory: Accept-Encoding "%s"', async (encoding) => {
    if (encoding !== '') await body.encoded(encoding);
    const { text, headers } = await get(url, { 'Accept-Encoding': encoding });
    expect(text).toBe(html);
    expect(headers['content-encoding']).toBe(encoding === '' ? undefined : encoding);
    expect(headers).toMatchObject({
      etag,
      'x-frame': 'crm',
      'cache-control': 'private, no-cache',
      'content-type': 'text/html; charset=utf-8',
      vary: 'Accept-Encoding',
    });
    expect(bindings).toEqual({ tenantId: 'Cust12345', associateId: 5 });
  });

  it('sends no page to a browser that has it', async () => {
    const { status, text, headers } = await get(url, { 'If-None-Match': etag });
    expect([status, text]).toEqual([304, '']);
    expect(headers).toMatchObject({ etag, 'x-frame': 'crm', vary: 'Accept-Encoding' });
    expect(headers).not.toHaveProperty('content-type');
  });

  it.each<[string, Partial<typeof inMemory>]>([
    ['no session', { session: null }],
    ['a session of another user', { session: { ...session, associateId: 55 } }],
    ['a session of another tenant', { session: { ...session, tenantId: 'Cust1234' } }],
    ['no license data', { isContext: false }],
    ['no current page', { isPage: false }],
  ])('leaves the answer to the app if memory has %s', async (_what, changed) => {
    inMemory = { ...inMemory, ...changed };
    expect((await get(url)).text).toBe('from the app');
    expect(bindings).toEqual({});
  });

  it.each([
    '/panel?uctx=Cust12345&usid=5',
    '/panel?uctx=Cust12345&usid=5&lang=',
    '/panel?uctx=Cust12345&usid=5&lang=xx',
    '/panel?uctx=Cust12345&usid=5&lang=en&show=upgrade',
    '/panel?uctx=Cust12345&usid=5&lang=en&uctx=Cust1',
    '/panel/feature?uctx=Cust12345&usid=5&lang=en',
    '/panel/?uctx=Cust12345&usid=5&lang=en',
  ])('leaves another address to the app: %s', async (other) => {
    expect((await get(other)).text).toBe('from the app');
  });

  it.each<Record<string, string>>([
    { 'Accept-Encoding': 'br' },
    { 'Accept-Encoding': 'identity;q=0' },
    { 'Accept-Encoding': '*' },
    { 'If-None-Match': '"another"' },
    { 'If-None-Match': etag, 'Cache-Control': 'no-cache' },
  ])('leaves to the app a form that is not kept and headers that must be weighed: %o', async (headers) => {
    expect((await get(url, headers)).text).toBe('from the app');
  });

  it('leaves other methods to the app', async () => {
    expect((await request(server).post(url)).text).toBe('from the app');
  });

  it.each(['thrown', 'passed on'] as const)(
    'lets the app answer a request that a limit refuses: %s',
    async (how) => {
      isRefused = how;
      expect((await get(url)).text).toBe('from the app');
    },
  );
});
