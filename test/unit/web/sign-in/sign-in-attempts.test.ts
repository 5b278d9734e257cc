import type { Request, Response } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import {
  type Attempts,
  clearAttempts,
  countAttempt,
  forgiveAttempt,
  maySignInSilently,
  readAttempts,
  rememberFrame,
  rememberPopUp,
  startCounting,
} from '../../../../src/web/sign-in/sign-in-attempts.ts';
import { attemptsCookieName } from '../../../support/attempts-cookie.ts';
import { createApp } from '../harness.ts';

const user = { tenantId: 'Cust12345', associateId: 5 };
const noAttempts = { count: 0, lastAt: 0, way: 'unknown' } as const;
const now = Date.UTC(2026, 10, 22, 10);
const name = attemptsCookieName(user.tenantId, user.associateId);

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
    countAttempt(res, user, readAttempts(req, user) ?? noAttempts, now);
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
      expect(await read(cookie, other)).toBeNull();
    }
  });

  it('reads a cookie that names another user as zero attempts', async () => {
    expect(await read(`${name}=Cust12346.5.2.1`)).toEqual(noAttempts);
  });

  it('keeps the cookies of the eight latest users', async () => {
    const others = Array.from({ length: 9 }, (_each, index) => attemptsCookieName('Cust1', index + 1));
    const app = createApp((_req, res) => {
      startCounting(res, user);
      res.end();
    });
    const cookie = others.map((each) => `${each}=Cust1.1.0.0.frame`).join('; ');
    const { headers } = await request(app).get('/').set('Cookie', cookie);
    const set: string[] = [headers['set-cookie'] ?? []].flat();
    const deleted = set.filter((each) => each.includes('Max-Age=0')).map((each) => each.split('=', 1)[0]);
    expect(deleted).toEqual(others.slice(0, 2));
  });

  it.each(['x', 'Cust12345', 'Cust12345.5.1', 'Cust12345.5.-1.1', 'Cust12345.5.1e9.1', 'Cust12345.5.1.1.1'])(
    'reads the malformed cookie %j as zero attempts',
    async (value) => {
      expect(await read(`${name}=${value}`)).toEqual(noAttempts);
    },
  );

  it.each(['Cust12345.5.0.0.window', 'Cust12345.5.0.0.unknown', 'Cust12345.5.0.0.'])(
    'reads the unknown way of %s as zero attempts',
    async (value) => {
      expect(await read(`${name}=${value}`)).toEqual(noAttempts);
    },
  );

  it('clears the cookie after a successful sign-in', async () => {
    const app = createApp((_req, res) => {
      clearAttempts(res, user);
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

describe('way to sign in', () => {
  /** The cookie with these attempts, after `change`. */
  async function cookieAfter(
    attempts: Attempts,
    change: (req: Request, res: Response) => void,
  ): Promise<{ readonly attempts: unknown; readonly maxAge: number }> {
    const app = createApp((req, res) => {
      change(req, res);
      res.end();
    });
    const { count, lastAt, way } = attempts;
    const known = way === 'unknown' ? '' : `.${way}`;
    const cookie = `${name}=Cust12345.5.${count}.${lastAt}${known}`;
    const response = await request(app).get('/').set('Cookie', cookie);
    const set = String(response.headers['set-cookie'] ?? cookie);
    const { tenantId, associateId, ...kept } = await read(set.split(';', 1)[0] ?? '');
    expect({ tenantId, associateId }).toEqual(user);
    return { attempts: kept, maxAge: Number(/Max-Age=(\d+)/.exec(set)?.[1] ?? -1) };
  }
  const days30 = 30 * 24 * 60 * 60;
  const lost = (way: Attempts['way'], count = 1): Attempts => ({ count, lastAt: now, way });

  it.each<[string, Attempts, Attempts]>([
    ['none was tried', { ...noAttempts }, { ...noAttempts, way: 'frame' }],
    ['the frame’s own worked before', { ...noAttempts, way: 'frame' }, { ...noAttempts, way: 'frame' }],
    [
      'another provider signed the user in before',
      { ...noAttempts, way: 'pop-up' },
      { ...noAttempts, way: 'frame' },
    ],
    ['one did not return', lost('unknown'), { count: 1, lastAt: 0, way: 'redirect' }],
    ['the page’s did not return', lost('frame', 2), { count: 1, lastAt: 0, way: 'redirect' }],
    ['a redirect that worked did not return', lost('redirect'), { count: 1, lastAt: 0, way: 'redirect' }],
    ['a redirect never worked', lost('redirect', 2), { count: 2, lastAt: 0, way: 'pop-up' }],
  ])(
    'after a pop-up by SuperOffice’s own sign-in, where of the ways before %s',
    async (_what, before, expected) => {
      const { attempts, maxAge } = await cookieAfter(before, (req, res) =>
        rememberPopUp(req, res, user, true),
      );
      expect(attempts).toEqual(expected);
      expect(maxAge).toBe(days30);
    },
  );

  it('does not extend the time in which only the pop-up is used although SuperOffice itself signs in', async () => {
    const before: Attempts = { count: 2, lastAt: 0, way: 'pop-up' };
    const { attempts, maxAge } = await cookieAfter(before, (req, res) => rememberPopUp(req, res, user, true));
    expect({ attempts, maxAge }).toEqual({ attempts: before, maxAge: -1 });
  });

  it.each<Attempts>([{ ...noAttempts }, lost('frame'), lost('redirect')])(
    'is the pop-up after one by another identity provider, after %j',
    async (before) => {
      const { attempts, maxAge } = await cookieAfter(before, (req, res) =>
        rememberPopUp(req, res, user, false),
      );
      expect(attempts).toEqual({ ...noAttempts, way: 'pop-up' });
      expect(maxAge).toBe(days30);
    },
  );

  it.each<[Attempts['way'], Attempts['way']]>([
    ['unknown', 'frame'],
    ['frame', 'frame'],
    ['redirect', 'redirect'],
  ])('after the panel’s own frame signed in by %s is %s', async (way, expected) => {
    const { attempts, maxAge } = await cookieAfter(lost(way), (req, res) => rememberFrame(req, res, user));
    expect(attempts).toEqual({ ...noAttempts, way: expected });
    expect(maxAge).toBe(days30);
  });

  it('stays known while an attempt is in progress and after one that returned with an error', async () => {
    const begunAttempt = await cookieAfter({ ...noAttempts, way: 'frame' }, (req, res) =>
      countAttempt(res, user, readAttempts(req, user) ?? noAttempts, now),
    );
    expect(begunAttempt).toEqual({ attempts: lost('frame'), maxAge: days30 });
    const failed = await cookieAfter(lost('frame'), (req, res) => forgiveAttempt(req, res, user));
    expect(failed.attempts).toEqual({ ...noAttempts, way: 'frame' });
  });

  it('is forgotten after ten minutes as long as it is unknown', async () => {
    const { maxAge } = await cookieAfter({ ...noAttempts }, (req, res) =>
      countAttempt(res, user, readAttempts(req, user) ?? noAttempts, now),
    );
    expect(maxAge).toBe(600);
  });

  it('lets a sign-in begin again after a pop-up followed an attempt that did not return', () => {
    expect(maySignInSilently({ count: 1, lastAt: 0 }, now)).toBe(true);
    expect(maySignInSilently({ count: 1, lastAt: now - 3_000 }, now)).toBe(false);
  });
});
