import request from 'supertest';
import { describe, expect, it } from 'vitest';
import {
  clearAttempts,
  countAttempt,
  maySignInSilently,
  readAttempts,
  startCounting,
} from '../../../../src/web/sign-in/sign-in-attempts.ts';
import { createApp } from '../harness.ts';

const user = { tenantId: 'Cust12345', associateId: 5 };
const now = Date.UTC(2026, 10, 22, 10);
const name = '__Host-planlens-attempts';

async function read(cookie: string, of = user) {
  const app = createApp((req, res) => void res.json(readAttempts(req, of)));
  return (await request(app).get('/').set('Cookie', cookie)).body;
}

async function begun(): Promise<string> {
  const app = createApp((_req, res) => {
    startCounting(res, user);
    res.end();
  });
  return cookieIn(await request(app).get('/'));
}

const cookieIn = ({ headers }: { headers: Record<string, unknown> }) =>
  String(headers['set-cookie']).split(';', 1)[0] ?? '';

async function written(cookie: string): Promise<string> {
  const app = createApp((req, res) => {
    countAttempt(res, user, readAttempts(req, user) ?? { count: 0, lastAt: 0 }, now);
    res.end();
  });
  return cookieIn(await request(app).get('/').set('Cookie', cookie));
}

describe('sign-in attempts', () => {
  it('counts attempts per user, with the time of the last one', async () => {
    const first = await written('');
    expect(await read(first)).toMatchObject({ count: 1, lastAt: now });
    expect(await read(await written(first))).toMatchObject({ count: 2, lastAt: now });
  });

  it('starts at zero attempts in a browser that stores cookies', async () => {
    expect(await read(await begun())).toMatchObject({ count: 0, lastAt: 0 });
  });

  it('reports an unknown count for a browser that sends no cookie', async () => {
    expect(await read('')).toBeNull();
    expect(await read('another=1')).toBeNull();
  });

  it('ignores the attempts of another user or another tenant', async () => {
    const cookie = await written('');
    for (const other of [
      { ...user, associateId: 6 },
      { ...user, tenantId: 'Cust12346' },
    ]) {
      expect(await read(cookie, other)).toEqual({ count: 0, lastAt: 0 });
    }
  });

  it.each(['x', 'Cust12345', 'Cust12345.5.1', 'Cust12345.5.-1.1', 'Cust12345.5.1e9.1', 'Cust12345.5.1.1.1'])(
    'reads the malformed cookie %j as zero attempts',
    async (value) => {
      expect(await read(`${name}=${value}`)).toEqual({ count: 0, lastAt: 0 });
    },
  );

  it('clears the cookie after a successful sign-in', async () => {
    const app = createApp((_req, res) => {
      clearAttempts(res);
      res.end();
    });
    expect(String((await request(app).get('/')).headers['set-cookie'])).toMatch(/^[\w-]+=; Max-Age=0/);
  });
});

describe('maySignInSilently', () => {
  it.each([
    [0, 0, true],
    [1, 0, true],
    [1, 2_999, true],
    [1, 3_000, false],
    [2, 2_999, true],
    [3, 0, false],
    [9, 0, false],
  ])('after %i attempts, the last %i ms ago, allows an automatic sign-in: %s', (count, ago, may) => {
    expect(maySignInSilently({ count, lastAt: count === 0 ? 0 : now - ago }, now)).toBe(may);
  });
});
