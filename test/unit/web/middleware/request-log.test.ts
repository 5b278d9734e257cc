import { pino } from 'pino';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { clientAddress } from '../../../../src/web/middleware/client-address.ts';
import { requestLog } from '../../../../src/web/middleware/request-log.ts';
import { createApp } from '../harness.ts';

const secrets = [
  'code-S3CRET',
  'state-S3CRET',
  'cookie-S3CRET',
  'ticket-S3CRET',
  'body-S3CRET',
  'set-S3CRET',
];
let lines: string[];
beforeEach(() => {
  lines = [];
});

const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
const app = createApp((_req, _res, next) => next())
  .use(clientAddress(() => false, log))
  .use(requestLog(log))
  .all('/fails', () => {
    throw Object.assign(new Error('message-S3CRET'), { code: 'body-S3CRET' });
  })
  .all('/logs', (req, res) => {
    const error = Object.assign(new Error('refused'), { code: '23514', detail: 'row-S3CRET' });
    req.log.error({ err: error }, 'request failed');
    res.end();
  })
  .use('/mounted', (_req, res) => void res.json({}))
  .use((req, res) => void res.set('Set-Cookie', 'a=set-S3CRET').send(String(req.id)));
app.set('env', 'test');

/** Sends a request with a secret in every part. @returns the line logged for it */
async function logRequest(path: string): Promise<Record<string, unknown>> {
  await request(app)
    .post(`${path}?code=code-S3CRET&state=state-S3CRET`)
    .set('Cookie', 'session=cookie-S3CRET')
    .set('Authorization', 'SOTicket ticket-S3CRET')
    .set('Referer', 'https://sod.superoffice.com/?code=code-S3CRET')
    .send('code=body-S3CRET');
  await expect.poll(() => lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

describe('requestLog', () => {
  it('logs only the ID, both addresses, method, path, status and duration of a request', async () => {
    const line = await logRequest('/auth/callback');
    expect(Object.keys(line).sort()).toEqual(
      ['hostname', 'level', 'msg', 'pid', 'req', 'res', 'responseTime', 'time'].sort(),
    );
    expect(line).toMatchObject({
      req: { id: expect.stringMatching(/^[\da-f-]{36}$/), method: 'POST', path: '/auth/callback' },
      res: { status: 200 },
      msg: 'request completed',
    });
    expect(Object.keys(Object(line.req)).sort()).toEqual(['from', 'id', 'method', 'path', 'to']);
    expect(Object.keys(Object(line.res))).toEqual(['status']);
  });

  it.each(['/auth/callback', '/fails'])(
    'logs no query, cookie, header or body of a request to %s',
    async (path) => {
      await logRequest(path);
      for (const secret of secrets) expect(lines[0]).not.toContain(secret);
      expect(lines[0]).not.toContain('S3CRET');
      expect(lines[0]).not.toContain('?');
    },
  );

  it('logs the status of a failed request without the error, which is logged elsewhere', async () => {
    const line = await logRequest('/fails');
    expect(line).toMatchObject({ res: { status: 500 }, msg: 'request completed' });
    expect(line).not.toHaveProperty('err');
  });

  it('logs the type, code and stack of an error, but no field that may contain a database row', async () => {
    await request(app).get('/logs');
    const line = JSON.parse(lines[0] ?? '');
    expect(line.err).toMatchObject({ type: 'Error', message: 'refused', code: '23514' });
    expect(line.err.stack).toContain('request-log.test.ts');
    expect(lines.join('')).not.toContain('S3CRET');
  });

  it('logs the full path of a request that a sub-application handled', async () => {
    const line = await logRequest('/mounted/deep');
    expect(line.req).toMatchObject({ path: '/mounted/deep' });
  });

  it('generates the ID of each request and ignores an ID sent by the client', async () => {
    const one = await request(app).get('/').set('X-Request-Id', 'chosen');
    const other = await request(app).get('/');
    expect(one.text).not.toBe('chosen');
    expect(one.text).not.toBe(other.text);
  });
});
