import { createHash } from 'node:crypto';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BegunSignIn, SignInPurpose, SignInStore } from '../../../../src/tenants/sign-in-store.ts';
import {
  clearVerifier,
  createBeginSignIn,
  createStartSignIn,
  readVerifier,
} from '../../../../src/web/sign-in/begin-sign-in.ts';
import { createApp, languages, views } from '../harness.ts';

const panel: SignInPurpose = { kind: 'panel', language: 'de', tenantId: 'Cust12345', associateId: 5 };
const authorize = 'https://sod.superoffice.com/authorize';

let begun: { purpose: SignInPurpose; signIn: BegunSignIn }[];
beforeEach(() => {
  begun = [];
});

const signIns: SignInStore = {
  begin(purpose) {
    const number = begun.length;
    const signIn = {
      state: `state-${number}`,
      nonce: `nonce-${number}`,
      codeChallenge: `challenge-${number}`,
      codeVerifier: `verifier-${number}`,
    };
    begun.push({ purpose, signIn });
    return signIn;
  },
  consume: async () => ({ valid: false, reason: 'unknown', purpose: null }),
};
const startSignIn = createStartSignIn({
  signIns,
  authorizeUrl: (query) => `${authorize}?${new URLSearchParams(query)}`,
});
const beginSignIn = createBeginSignIn({ startSignIn, languages, views });

/** The name of the cookie with the verifier of one sign-in. */
function cookieName(state: string): string {
  return `__Host-planlens-sign-in-${createHash('sha256').update(state).digest('base64url').slice(0, 16)}`;
}

async function begin(purpose: SignInPurpose) {
  const app = createApp((req, res) => beginSignIn(req, res, purpose));
  const { status, headers } = await request(app).get('/');
  const [last] = begun.slice(-1);
  if (last === undefined) throw new Error('no sign-in was begun');
  const query = new URL(String(headers.location)).searchParams;
  return { status, headers, ...last, query };
}

describe('createBeginSignIn', () => {
  it('redirects to SuperOffice with the sign-in parameters but without the code verifier', async () => {
    const { status, headers, purpose, signIn, query } = await begin(panel);
    expect([status, headers['cache-control']]).toEqual([302, 'no-store']);
    expect(purpose).toEqual(panel);
    const { codeVerifier, ...known } = signIn;
    expect(Object.fromEntries(query)).toEqual({ tenantId: 'Cust12345', ...known });
    expect(String(headers.location)).not.toContain(codeVerifier);
  });

  it('continues from a form by a page, because browsers apply form-action to its redirects', async () => {
    const app = createApp((req, res) => beginSignIn(req, res, panel));
    const { status, headers, text } = await request(app).post('/').set('Accept', 'text/html');
    expect([status, headers['cache-control'], headers.location]).toEqual([200, 'no-store', undefined]);
    const [, url = ''] = /^0; url=(.*)$/.exec(String(headers.refresh)) ?? [];
    expect(url).toContain(`${authorize}?`);
    expect(text).toContain(`href="${url.replaceAll('&', '&amp;')}"`);
    expect(text).toContain('<html lang="de">');
  });

  it('omits the tenant for an installation', async () => {
    const { query } = await begin({ kind: 'install', language: '' });
    expect(query.has('ctx')).toBe(false);
  });

  it('stores the code verifier in a separate cookie for each sign-in', async () => {
    const [first, second] = [await begin(panel), await begin(panel)];
    const cookies = [first, second].map(({ headers }) => String(headers['set-cookie']).split(';', 1)[0]);
    expect(cookies).toEqual(
      [first, second].map(({ signIn }) => `${cookieName(signIn.state)}=${signIn.codeVerifier}`),
    );
    expect(cookies[0]?.split('=')[0]).not.toBe(cookies[1]?.split('=')[0]);
  });
});

describe('cookies of begun sign-ins', () => {
  it('are the latest eight, so that the headers of a browser stay small', async () => {
    // In the order of their creation, as a browser sends them.
    const jar = new Map([['another', 'cookie']]);
    for (let count = 0; count < 200; count += 1) {
      const app = createApp((req, res) => beginSignIn(req, res, panel));
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const { headers } = await request(app).get('/').set('Cookie', cookie);
      for (const line of [headers['set-cookie'] ?? []].flat()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (line.includes('Max-Age=0')) jar.delete(name);
        else jar.set(name, value);
      }
    }
    const latest = begun.slice(-8).map(({ signIn }) => cookieName(signIn.state));
    expect([...jar.keys()]).toEqual(['another', ...latest]);
  });
});

describe('code verifier cookie', () => {
  const state = 's'.repeat(43);
  const app = createApp((req, res) => void res.json(readVerifier(req, state)));
  const good = 'A-_9'.repeat(11).slice(1);

  it.each([
    [good, good],
    ['', ''],
    [good.slice(1), ''],
    [`${good}x`, ''],
    [`${good.slice(1)}%0A`, ''],
    [`${good.slice(1)}ü`, ''],
  ])('reads the value %j as the code verifier %j', async (value, verifier) => {
    const cookie = `${cookieName(state)}=${encodeURI(value)}`;
    expect((await request(app).get('/').set('Cookie', cookie)).body).toBe(verifier);
  });

  it('reads no code verifier without a cookie', async () => {
    expect((await request(app).get('/')).body).toBe('');
  });

  it('ignores the code verifier of another sign-in', async () => {
    const cookie = `${cookieName('another')}=${good}`;
    expect((await request(app).get('/').set('Cookie', cookie)).body).toBe('');
  });
});

describe('clearVerifier', () => {
  it('deletes the cookie of the given sign-in', async () => {
    const app = createApp((_req, res) => {
      clearVerifier(res, 'a state');
      res.end();
    });
    const { headers } = await request(app).get('/');
    const [cookie = ''] = [headers['set-cookie'] ?? []].flat();
    expect(cookie.startsWith(`${cookieName('a state')}=; Max-Age=0;`)).toBe(true);
    expect(cookie).toContain('Secure');
  });
});
