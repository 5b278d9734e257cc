import { createHash } from 'node:crypto';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SignIn, SignInPurpose, SignInStore } from '../../../src/tenants/sign-in-store.ts';
import { browserOf, createBeginSignIn } from '../../../src/web/sign-in.ts';
import { appOf } from './stand.ts';

type Started = SignIn & { state: string; browser: string };
const panel: SignInPurpose = { kind: 'panel', language: 'de', ctx: 'Cust12345', associateId: 5 };
const authorize = 'https://sod.superoffice.com/authorize';

let started: Started[];
beforeEach(() => {
  started = [];
});

const signIns: SignInStore = {
  start: async (signIn) => void started.push(signIn),
  take: async () => 'unknown',
};
const beginSignIn = createBeginSignIn({
  signIns,
  authorizeUrl: (query) => `${authorize}?${new URLSearchParams(query)}`,
});

async function begin(purpose: SignInPurpose, cookie = '') {
  const app = appOf((req, res) => beginSignIn(req, res, purpose));
  const { status, headers } = await request(app).get('/').set('Cookie', cookie);
  const [signIn] = started.slice(-1);
  if (signIn === undefined) throw new Error('no sign-in was started');
  return { status, headers, signIn, query: new URL(String(headers.location)).searchParams };
}

describe('createBeginSignIn', () => {
  it('redirects with what it kept, and proves the verifier by its hash only', async () => {
    const { status, headers, signIn, query } = await begin(panel);
    expect([status, headers['cache-control']]).toEqual([302, 'no-store']);
    expect(signIn.purpose).toEqual(panel);
    expect(Object.fromEntries(query)).toEqual({
      ctx: 'Cust12345',
      state: signIn.state,
      nonce: signIn.nonce,
      codeChallenge: createHash('sha256').update(signIn.codeVerifier).digest('base64url'),
    });
  });

  it('leaves the tenant open for an installation', async () => {
    const { query } = await begin({ kind: 'install' });
    expect(query.has('ctx')).toBe(false);
  });

  it('draws 256 bits anew each time, and never twice the same', async () => {
    const drawn = [await begin(panel), await begin(panel)].flatMap(({ signIn }) => [
      signIn.state,
      signIn.nonce,
      signIn.codeVerifier,
      signIn.browser,
    ]);
    expect(new Set(drawn).size).toBe(8);
    for (const text of drawn) expect(Buffer.from(text, 'base64url')).toHaveLength(32);
  });

  it('keeps the name a browser has', async () => {
    const name = 'b'.repeat(43);
    const { signIn, headers } = await begin(panel, `__Host-planlens-browser=${name}`);
    expect(signIn.browser).toBe(name);
    expect(String(headers['set-cookie'])).toContain(`__Host-planlens-browser=${name};`);
  });

  it('gives a new name to a browser that sends nonsense', async () => {
    const { signIn } = await begin(panel, '__Host-planlens-browser=mine');
    expect(signIn.browser).toMatch(/^[\w-]{43}$/);
  });
});

describe('browserOf', () => {
  const app = appOf((req, res) => void res.json(browserOf(req)));
  const good = 'A-_9'.repeat(11).slice(1);

  it.each([
    [good, good],
    ['', ''],
    [good.slice(1), ''],
    [`${good}x`, ''],
    [`${good.slice(1)}%0A`, ''],
    [`${good.slice(1)}ü`, ''],
  ])('reads %j as %j', async (value, name) => {
    const cookie = `__Host-planlens-browser=${encodeURI(value)}`;
    expect((await request(app).get('/').set('Cookie', cookie)).body).toBe(name);
  });

  it('is empty without a cookie', async () => {
    expect((await request(app).get('/')).body).toBe('');
  });
});
