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
import { methodNotAllowed } from '../../../src/web/middleware/method-not-allowed.ts';
import { requestLog } from '../../../src/web/middleware/request-log.ts';
import type { Views } from '../../../src/web/rendering/views.ts';
import { appOf, languages, views } from './harness.ts';

let lines: string[];
beforeEach(() => {
  lines = [];
});
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

/** An app whose `/` is this handler, with our answers to what goes wrong in it. */
function appWith(handler: RequestHandler, pages: Views = views) {
  const problems = createErrorHandler({ languages, views: pages });
  return appOf(requestLog(log))
    .post('/', express.urlencoded({ extended: false, limit: '1kb' }))
    .all('/', handler)
    .get('/named/:name', handler)
    .use(problems.notFound, problems.handleError);
}

function failing(error: unknown) {
  return appWith(() => {
    throw error;
  });
}

const logged = (message: string) =>
  lines.map((line) => JSON.parse(line)).find((line) => line.msg === message);

describe('the answer', () => {
  const app = failing(new AppError('panel-url-invalid', { detail: 'uctx' }));

  it.each([
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'text/html',
    'text/*',
    'application/json;q=0.5, text/html',
  ])('is a page for Accept: %s', async (accept) => {
    const { status, headers, text } = await request(app).get('/').set('Accept', accept);
    expect([status, headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(text).toContain('<code>panel-url-invalid (uctx)</code>');
  });

  it.each(['application/json', '*/*', 'text/html;q=0.1, application/json', 'image/png', 'nonsense'])(
    'is problem JSON for Accept: %s',
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

  it('names the request as the log does, and is never kept', async () => {
    const { headers, body } = await request(app).get('/');
    expect(logged('request refused').req.id).toBe(body.instance);
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['/?lang=de', 'en', 'de'],
    ['/', 'de-AT, en;q=0.5', 'de'],
    ['/?lang=en', 'de', 'en'],
    ['/?lang=xx', 'de', 'de'],
    ['/?lang=de&lang=en', 'en', 'en'],
    ['/', 'fr', 'en'],
  ])('at %s for %s is in the language %s', async (path, accepted, code) => {
    const { text } = await request(app).get(path).set('Accept', 'text/html').set('Accept-Language', accepted);
    expect(text).toContain(`<html lang="${code}">`);
  });

  it('prints a detail harmless', async () => {
    const nasty = failing(new AppError('sign-in-denied', { detail: '<img src=x>' }));
    const { text } = await request(nasty).get('/').set('Accept', 'text/html');
    expect(text).toContain('(&lt;img src=x&gt;)');
  });
});

describe('each code', () => {
  it.each(Object.entries(errorStatus))(
    '%s is answered with %i and words of its own',
    async (code, status) => {
      const { status: answered, body } = await request(failing(new AppError(code as ErrorCode))).get('/');
      expect([answered, body.status, body.code]).toEqual([status, status, code]);
      expect(body.title).not.toContain('problem.');
      expect(body.text).not.toContain('problem.');
      expect(body).not.toHaveProperty('detail');
    },
  );

  it('says when to ask again where that is known, and only there', async () => {
    const away = await request(failing(new AppError('database-unavailable'))).get('/');
    expect(away.headers['retry-after']).toBe('10');
    const other = await request(failing(new AppError('superoffice-unavailable'))).get('/');
    expect(other.headers).not.toHaveProperty('retry-after');
  });

  it('of 500 and more is logged as an error, any other as refused', async () => {
    await request(failing(new AppError('internal', { cause: new Error('why') }))).get('/');
    expect(logged('request failed')).toMatchObject({ level: 50, code: 'internal' });
    await request(failing(new AppError('tenant-mismatch'))).get('/');
    expect(logged('request refused')).toMatchObject({ level: 30, code: 'tenant-mismatch' });
  });
});

describe('a failure of SuperOffice', () => {
  const answers: Record<SuperOfficeErrorCode, ErrorCode> = {
    unreachable: 'superoffice-unavailable',
    timeout: 'superoffice-unavailable',
    unauthorized: 'superoffice-unavailable',
    forbidden: 'superoffice-unavailable',
    'not-found': 'superoffice-unavailable',
    'wrong-subdomain': 'superoffice-unavailable',
    throttled: 'superoffice-unavailable',
    'circuit-open': 'superoffice-unavailable',
    'too-many-calls': 'superoffice-unavailable',
    'server-error': 'superoffice-unavailable',
    'unexpected-response': 'superoffice-unavailable',
    'tenant-unknown': 'tenant-not-running',
    'tenant-not-running': 'tenant-not-running',
    'api-host-refused': 'registration-refused',
    'system-user-refused': 'system-user-refused',
    'system-user-jwt-invalid': 'system-user-refused',
    'code-refused': 'sign-in-code-refused',
    'client-refused': 'registration-refused',
  };

  it.each(Object.entries(answers))('%s is answered as %s, naming it', async (thrown, code) => {
    const error = new SuperOfficeError(thrown as SuperOfficeErrorCode, 'some operation', {
      status: 418,
      detail: 'inner detail',
    });
    const { status, body } = await request(failing(error)).get('/');
    expect([status, body.code, body.detail]).toEqual([errorStatus[code], code, thrown]);
    expect(JSON.stringify({ ...body, instance: '' })).not.toMatch(/some operation|inner detail|418/);
  });
});

describe('the way on', () => {
  const linkOf = async (path: string, code: ErrorCode, method: 'get' | 'post' = 'get', form = '') => {
    const problems = createErrorHandler({ languages, views });
    const app = appOf(requestLog(log))
      .use(express.urlencoded({ extended: false }))
      .use(() => {
        throw new AppError(code);
      })
      .use(problems.handleError);
    const { text } = await request(app)[method](path).type('form').set('Accept', 'text/html').send(form);
    const [, href, words] = /<a class="button" href="([^"]*)">([^<]*)</.exec(text) ?? [];
    return { href: href?.replaceAll('&amp;', '&'), words, text };
  };
  const reader = 'uctx=Cust1&usid=5&lang=en';

  it('leads from a page of the panel to the panel, from the panel itself to another try', async () => {
    const panel = `/panel?${reader}`;
    expect(await linkOf(`/panel/feature?${reader}`, 'feature-unknown')).toMatchObject({
      href: panel,
      words: 'Back to the panel',
    });
    expect(await linkOf(panel, 'superoffice-unavailable')).toMatchObject({ href: panel, words: 'Try again' });
  });

  it('leads from the administrators’ forms to their page, and from elsewhere nowhere', async () => {
    expect(await linkOf('/admin/access-requests', 'session-required')).toMatchObject({ href: '/admin' });
    expect((await linkOf('/nothing', 'not-found')).href).toBeUndefined();
    expect((await linkOf(`/panel?${reader}`, 'tenant-not-installed')).href).toBeUndefined();
  });

  it('shows again what was typed into a form that was refused, harmless', async () => {
    for (const field of ['reason', 'answer']) {
      const { text } = await linkOf(
        '/admin/access-requests',
        'session-required',
        'post',
        `${field}=For+<b>us</b>`,
      );
      expect(text).toContain('>For &lt;b&gt;us&lt;/b&gt;</textarea>');
    }
    expect(
      (await linkOf('/admin/access-requests', 'session-required', 'post', 'reason=a&reason=b')).text,
    ).not.toContain('<textarea');
  });
});

describe('what nobody foresaw', () => {
  const secretText = 'connect postgres://planlens:pw-S3CRET@db failed';

  it.each<[string, unknown]>([
    ['an error', new Error(secretText)],
    ['an error with a code of its own', Object.assign(new Error(secretText), { code: 'ECONNREFUSED' })],
    ['an error with a server status', Object.assign(new Error(secretText), { status: 503 })],
    ['an error with a status that is text', Object.assign(new Error(secretText), { status: '404' })],
    ['a thrown text', secretText],
    ['a thrown object', { status: 404, message: secretText }],
  ])('%s is internal and tells nothing of itself', async (_what, error) => {
    for (const accept of ['text/html', 'application/json']) {
      const { status, text } = await request(failing(error)).get('/').set('Accept', accept);
      expect(status).toBe(500);
      expect(text).toContain('internal');
      expect(text).not.toMatch(/S3CRET|postgres|node_modules| at /);
    }
  });

  it('is logged as it is, for the operator', async () => {
    await request(failing(new Error('what happened'))).get('/');
    expect(logged('request failed')).toMatchObject({ level: 50, code: 'internal' });
    expect(logged('request failed').err.message).toBe('what happened');
  });

  it('ends in a plain code where even the page fails', async () => {
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
    expect(logged('problem page failed').err.message).toBe('template broken');
  });

  it('is handed on to Express, which cuts the answer off, where one has begun', async () => {
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
        () => 'answered',
        () => 'cut off',
      );
    expect([outcome, handedOn]).toEqual(['cut off', [new Error('too late')]]);
    expect(logged('request failed').err.message).toBe('too late');
  });
});

describe('what a client sent wrong', () => {
  const app = appWith((req, res) => void res.json(req.body));
  const post = () => request(app).post('/').set('Content-Type', 'application/x-www-form-urlencoded');

  it('is not there for a good form', async () => {
    expect((await post().send('a=1')).body).toEqual({ a: '1' });
  });

  it('is 413 for a body too large', async () => {
    const { status, body } = await post().send(`a=${'x'.repeat(2000)}`);
    expect([status, body.code]).toEqual([413, 'body-too-large']);
  });

  it.each([
    ['another charset', { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-7' }],
    ['an unknown encoding', { 'Content-Encoding': 'snappy' }],
    ['a body that is not what its encoding says', { 'Content-Encoding': 'gzip' }],
  ])('is 400 for %s', async (_what, headers) => {
    const { status, body } = await post().set(headers).send('a=1');
    expect([status, body.code]).toEqual([400, 'request-malformed']);
  });

  it('is 400 for an address that cannot be decoded', async () => {
    const { status, body } = await request(app).get('/named/%E0%A4%A');
    expect([status, body.code]).toEqual([400, 'request-malformed']);
  });

  it('is 404 for an address that is not ours', async () => {
    const { status, body } = await request(app).get('/nothing/here?code=secret');
    expect([status, body.code]).toEqual([404, 'not-found']);
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});

describe('onlyMethods', () => {
  it('answers 405 and says what it takes', async () => {
    const app = appWith(methodNotAllowed('GET', 'POST'));
    const { status, headers, body } = await request(app).delete('/');
    expect([status, body.code, headers.allow]).toEqual([405, 'method-not-allowed', 'GET, POST']);
  });
});
