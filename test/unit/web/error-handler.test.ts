import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError, type ErrorCode, errorStatus } from '../../../src/errors.ts';
import {
  SuperOfficeError,
  type SuperOfficeErrorCode,
} from '../../../src/superoffice/transport/superoffice-error.ts';
import { createErrorHandler } from '../../../src/web/error-handler.ts';
import { clientAddress } from '../../../src/web/middleware/client-address.ts';
import { methodNotAllowed } from '../../../src/web/middleware/method-not-allowed.ts';
import { requestLog } from '../../../src/web/middleware/request-log.ts';
import { healthz } from '../../../src/web/operations/health.ts';
import type { Views } from '../../../src/web/rendering/views.ts';
import { createApp, languages, views } from './harness.ts';

const publicUrl = 'https://planlens.example';

let lines: string[];
beforeEach(() => {
  lines = [];
});
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

const drafts = { keep: () => true };

/** An app that serves `/` with this handler and has the error handler of Planlens. */
function appWith(handler: RequestHandler, pages: Views = views) {
  const errorHandler = createErrorHandler({
    languages,
    views: pages,
    auditRefusal: () => {},
    drafts,
    publicUrl,
  });
  return createApp(clientAddress(() => false, log))
    .use(requestLog(log))
    .post('/', express.urlencoded({ extended: false, limit: '1kb' }))
    .all('/', handler)
    .get('/named/:name', handler)
    .use(errorHandler.notFound, errorHandler.handleError);
}

function failing(error: unknown) {
  return appWith(() => {
    throw error;
  });
}

const logged = (message: string) =>
  lines.map((line) => JSON.parse(line)).find((line) => line.msg === message);

describe('error response', () => {
  const app = failing(new AppError('panel-url-invalid', { detail: 'uctx' }));

  it.each([
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'text/html',
    'text/*',
    'application/json;q=0.5, text/html',
  ])('responds with an HTML page to Accept: %s', async (accept) => {
    const { status, headers, text } = await request(app).get('/').set('Accept', accept);
    expect([status, headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(text).toContain('<code>panel-url-invalid (uctx)</code>');
  });

  it.each(['application/json', '*/*', 'text/html;q=0.1, application/json', 'image/png', 'nonsense'])(
    'responds with problem JSON to Accept: %s',
    async (accept) => {
      const { status, headers, body } = await request(app).get('/').set('Accept', accept);
      expect([status, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
      expect(body).toEqual({
        type: 'urn:planlens:problem:panel-url-invalid',
        title: expect.any(String),
        text: expect.any(String),
        status: 400,
        code: 'panel-url-invalid',
        detail: 'uctx',
        instance: expect.stringMatching(/^[\da-f-]{36}$/),
      });
    },
  );

  it('carries the request ID of the log entry and forbids caching', async () => {
    const { headers, body } = await request(app).get('/');
    expect(logged('request refused').req.id).toBe(body.instance);
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['/?lang=de', 'en', 'de'],
    ['/', 'de-AT, en;q=0.5', 'de'],
    ['/?lang=en', 'de', 'en-GB'],
    ['/?lang=xx', 'de', 'de'],
    ['/?lang=de&lang=en', 'en', 'en-GB'],
    ['/', 'fr', 'en-GB'],
  ])('responds at %s to Accept-Language %s in the language %s', async (path, accepted, code) => {
    const { text } = await request(app).get(path).set('Accept', 'text/html').set('Accept-Language', accepted);
    expect(text).toContain(`<html lang="${code}">`);
  });

  it('escapes the detail of an error', async () => {
    const nasty = failing(new AppError('sign-in-denied', { detail: '<img src=x>' }));
    const { text } = await request(nasty).get('/').set('Accept', 'text/html');
    expect(text).toContain('(&lt;img src=x&gt;)');
  });
});

describe('error codes', () => {
  it.each(Object.entries(errorStatus))(
    '%s has the status %i and its own title and text',
    async (code, status) => {
      const { status: sent, body } = await request(failing(new AppError(code as ErrorCode))).get('/');
      expect([sent, body.status, body.code]).toEqual([status, status, code]);
      expect(body.title).not.toContain('problem.');
      expect(body.text).not.toContain('problem.');
      expect(body).not.toHaveProperty('detail');
    },
  );

  it('sends Retry-After only for a code with a known retry time', async () => {
    const away = await request(failing(new AppError('database-unavailable'))).get('/');
    expect(away.headers['retry-after']).toBe('10');
    const other = await request(failing(new AppError('superoffice-unavailable'))).get('/');
    expect(other.headers).not.toHaveProperty('retry-after');
  });

  it('says on the page when SuperOffice is asked again, and to programs by Retry-After', async () => {
    const open = failing(new SuperOfficeError('circuit-open', 'licenses', { retryAfterSeconds: 130 }));
    const { text, headers } = await request(open).get('/').set('Accept', 'text/html');
    expect(text).toContain('Planlens asks SuperOffice again in 3\u00a0min.');
    expect(headers['retry-after']).toBe('130');
  });

  it('logs a code of status 500 or above as an error and any other as a refused request', async () => {
    await request(failing(new AppError('internal', { cause: new Error('why') }))).get('/');
    expect(logged('request failed')).toMatchObject({ level: 50, code: 'internal' });
    await request(failing(new AppError('tenant-mismatch'))).get('/');
    expect(logged('request refused')).toMatchObject({ level: 30, code: 'tenant-mismatch' });
  });
});

describe('SuperOffice errors', () => {
  const codes: Record<SuperOfficeErrorCode, ErrorCode> = {
    unreachable: 'superoffice-unavailable',
    timeout: 'superoffice-unavailable',
    unauthorized: 'superoffice-unavailable',
    forbidden: 'superoffice-unavailable',
    'not-found': 'superoffice-unavailable',
    'wrong-subdomain': 'superoffice-unavailable',
    throttled: 'superoffice-unavailable',
    'circuit-open': 'superoffice-unavailable',
    'too-many-calls': 'too-many-calls',
    'server-error': 'superoffice-unavailable',
    'unexpected-response': 'superoffice-unavailable',
    'tenant-unknown': 'tenant-not-running',
    'tenant-not-running': 'tenant-not-running',
    'api-host-refused': 'registration-refused',
    'system-user-refused': 'system-user-refused',
    'system-user-jwt-invalid': 'system-user-refused',
    'code-refused': 'sign-in-code-refused',
    'sign-in-refused': 'sign-in-refused',
    'client-refused': 'registration-refused',
  };

  it.each(Object.entries(codes))(
    'the SuperOffice error %s is reported as %s and named in the detail',
    async (thrown, code) => {
      const error = new SuperOfficeError(thrown as SuperOfficeErrorCode, 'some operation', {
        status: 418,
        detail: 'inner detail',
      });
      const { status, body } = await request(failing(error)).get('/');
      expect([status, body.code, body.detail]).toEqual([errorStatus[code], code, thrown]);
      expect(JSON.stringify({ ...body, instance: '' })).not.toMatch(/some operation|inner detail|418/);
    },
  );
});

describe('link on the error page', () => {
  const findLink = async (
    path: string,
    code: ErrorCode,
    method: 'get' | 'post' = 'get',
    form = '',
    headers: Record<string, string> = { origin: publicUrl },
  ) => {
    const errorHandler = createErrorHandler({ languages, views, auditRefusal: () => {}, drafts, publicUrl });
    const app = createApp(clientAddress(() => false, log))
      .use(requestLog(log))
      .use(express.urlencoded({ extended: false }))
      .use(() => {
        throw new AppError(code);
      })
      .use(errorHandler.handleError);
    const { text } = await request(app)
      [method](path)
      .type('form')
      .set({ accept: 'text/html', ...headers })
      .send(form);
    const [, href, words] = /<a class="button" href="([^"]*)">([^<]*)</.exec(text) ?? [];
    return { href: href?.replaceAll('&amp;', '&'), words, text };
  };
  const user = 'uctx=Cust1&usid=5&lang=en';

  it('leads from a panel page back to the panel, and from the panel to a retry', async () => {
    const panel = `/panel?${user}`;
    expect(await findLink(`/panel/feature?${user}`, 'feature-unknown')).toMatchObject({
      href: panel,
      words: 'Back to the panel',
    });
    expect(await findLink(panel, 'superoffice-unavailable')).toMatchObject({
      href: panel,
      words: 'Try again',
    });
  });

  it.each([
    ['/panel', `/panel/access-requests?${user}`, `/panel?${user}`],
    ['/admin/access-requests', '/admin/access-requests', '/admin/access-requests'],
    ['/admin with its query', '/admin/history?lang=en&page=2&uctx=Cust1', '/admin/history?lang=en&page=2'],
    ['/admin', '/admin/nothing', '/admin'],
    ['/uninstall', '/uninstall', '/uninstall'],
  ])('leads to a new sign-in at %s after the session has ended', async (_what, path, href) => {
    expect(await findLink(path, 'session-required', 'post')).toMatchObject({ href, words: 'Sign in again' });
  });

  it('leads from the administrator forms to the administrator page, and is absent elsewhere', async () => {
    expect(await findLink('/admin/access-requests', 'session-required')).toMatchObject({
      href: '/admin/access-requests',
    });
    for (const path of ['/uninstall', '/setup/export'])
      expect(await findLink(path, 'session-required', 'post')).toMatchObject({ href: '/uninstall' });
    expect((await findLink('/nothing', 'not-found')).href).toBeUndefined();
    expect((await findLink(`/panel?${user}`, 'tenant-not-installed')).href).toBeUndefined();
  });

  it('shows the text of a refused form again, escaped', async () => {
    for (const field of ['reason', 'comment', 'note', 'text']) {
      const form = `${field}=For+<b>us</b>`;
      const { text } = await findLink('/admin/access-requests', 'too-many-requests', 'post', form);
      expect(text).toContain('>For &lt;b&gt;us&lt;/b&gt;</textarea>');
    }
    const { text } = await findLink(
      '/panel/access-requests',
      'session-required',
      'post',
      'reason=a&reason=b',
    );
    expect(text).not.toContain('<textarea');
  });

  it.each(['session-required', 'csrf-token-invalid'] as const)(
    'keeps a form of an administrator for its page if it is refused with %s',
    async (code) => {
      const form = 'comment=Not+now';
      const isKept = (text: string) => text.includes('What you typed is kept') && !text.includes('<textarea');
      expect(isKept((await findLink('/admin/access-requests', code, 'post', form)).text)).toBe(true);
      for (const [path, headers] of [
        ['/panel/access-requests', { origin: publicUrl }],
        ['/uninstall', { origin: publicUrl }],
        ['/admin/access-requests', { origin: 'https://evil.example' }],
      ] as const)
        expect(isKept((await findLink(path, code, 'post', form, headers)).text)).toBe(false);
      expect(isKept((await findLink('/admin/contract', code)).text)).toBe(false);
    },
  );

  it.each<[string, Record<string, string>]>([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of a page that hides its origin', { origin: 'null' }],
    ['without an origin', {}],
    ['that the browser reports as cross-site', { origin: publicUrl, 'sec-fetch-site': 'cross-site' }],
  ])('does not repeat the text of a form %s', async (_what, headers) => {
    const form = 'reason=Your+licence+is+blocked.+Call+us.';
    const { text } = await findLink('/panel/access-requests', 'session-required', 'post', form, headers);
    expect(text).toContain('session-required');
    expect(text).not.toContain('Your licence is blocked');
  });
});

describe('refused request', () => {
  it('tells when to try again', async () => {
    const limited = failing(new AppError('access-request-limit', { retryAfterSeconds: 180 }));
    const { status, headers, text } = await request(limited).get('/').set('Accept', 'text/html');
    expect([status, headers['retry-after']]).toEqual([429, '180']);
    expect(text).toContain('You have asked for a lot in a short time');
  });
});

describe('unexpected errors', () => {
  const secretText = 'connect postgres://planlens:pw-S3CRET@db failed';

  it.each<[string, unknown]>([
    ['an error', new Error(secretText)],
    ['an error with a code of its own', Object.assign(new Error(secretText), { code: 'ECONNREFUSED' })],
    ['an error with a server status', Object.assign(new Error(secretText), { status: 503 })],
    ['an error with a status that is text', Object.assign(new Error(secretText), { status: '404' })],
    ['a thrown text', secretText],
    ['a thrown object', { status: 404, message: secretText }],
  ])('%s is reported as internal without revealing its text', async (_case, error) => {
    for (const accept of ['text/html', 'application/json']) {
      const { status, text } = await request(failing(error)).get('/').set('Accept', accept);
      expect(status).toBe(500);
      expect(text).toContain('internal');
      expect(text).not.toMatch(/S3CRET|postgres|node_modules| at /);
    }
  });

  it('logs the original error for the operator', async () => {
    await request(failing(new Error('what happened'))).get('/');
    expect(logged('request failed')).toMatchObject({ level: 50, code: 'internal' });
    expect(logged('request failed').err.message).toBe('what happened');
  });

  it('responds with the plain error code when the error page cannot be rendered', async () => {
    const noPages: Views = () => {
      throw new Error('template broken');
    };
    const app = appWith(() => {
      throw new AppError('tenant-mismatch');
    }, noPages);
    const { status, headers, text } = await request(app).get('/').set('Accept', 'text/html');
    expect([status, headers['content-type'], text]).toEqual([
      403,
      'text/plain; charset=utf-8',
      'tenant-mismatch',
    ]);
    expect(logged('rendering the error page failed').err.message).toBe('template broken');
  });

  it('passes an error to Express, which aborts the response, once the response has started', async () => {
    const handedOn: unknown[] = [];
    const handOn: ErrorRequestHandler = (error, _req, _res, next) => {
      handedOn.push(error);
      next(error);
    };
    const app = appWith((_req, res) => {
      res.writeHead(200, { 'Content-Length': '100' }).write('half');
      throw new Error('too late');
    }).set('env', 'test');
    const outcome = await request(app.use(handOn))
      .get('/')
      .then(
        () => 'sent',
        () => 'cut off',
      );
    expect([outcome, handedOn]).toEqual(['cut off', [new Error('too late')]]);
    expect(logged('request failed').err.message).toBe('too late');
  });
});

describe('malformed requests', () => {
  const app = appWith((req, res) => void res.json(req.body));
  const post = () => request(app).post('/').set('Content-Type', 'application/x-www-form-urlencoded');

  it('accepts a well-formed form', async () => {
    expect((await post().send('a=1')).body).toEqual({ a: '1' });
  });

  it('responds with 413 to a body that is too large', async () => {
    const { status, body } = await post().send(`a=${'x'.repeat(2000)}`);
    expect([status, body.code]).toEqual([413, 'body-too-large']);
  });

  it.each([
    ['another charset', { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-7' }],
    ['an unknown encoding', { 'Content-Encoding': 'snappy' }],
    ['a body that does not match its content encoding', { 'Content-Encoding': 'gzip' }],
  ])('responds with 400 to %s', async (_case, headers) => {
    const { status, body } = await post().set(headers).send('a=1');
    expect([status, body.code]).toEqual([400, 'request-malformed']);
  });

  it('responds with 400 to a path that cannot be decoded', async () => {
    const { status, body } = await request(app).get('/named/%E0%A4%A');
    expect([status, body.code]).toEqual([400, 'request-malformed']);
  });

  it('responds with 404 to an unknown path without repeating its query', async () => {
    const { status, body } = await request(app).get('/nothing/here?code=secret');
    expect([status, body.code]).toEqual([404, 'not-found']);
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});

describe('methodNotAllowed', () => {
  it('responds with 405 and lists the allowed methods', async () => {
    const app = createApp(clientAddress(() => false, log)).use(requestLog(log));
    app.route('/').get(healthz).post(healthz, healthz).all(methodNotAllowed);
    app.use(createErrorHandler({ languages, views, auditRefusal: () => {}, drafts, publicUrl }).handleError);
    const { status, headers, body } = await request(app).delete('/');
    expect([status, body.code, headers.allow]).toEqual([405, 'method-not-allowed', 'GET, POST, HEAD']);
  });

  it('responds to OPTIONS with 204 and lists the allowed methods', async () => {
    const app = createApp((_request, _response, next) => next());
    app.route('/').get(healthz).all(methodNotAllowed);
    const { status, headers } = await request(app).options('/');
    expect([status, headers.allow]).toEqual([204, 'GET, HEAD']);
  });
});
