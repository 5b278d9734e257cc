import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { SignInStore } from '../../../../src/tenants/sign-in-store.ts';
import { readCookie, writeCookie } from '../../../../src/web/middleware/cookies.ts';
import { createStartSignIn } from '../../../../src/web/sign-in/begin-sign-in.ts';
import { createSessions } from '../../../../src/web/sign-in/session.ts';
import { newKeyring } from '../../../support/keyrings.ts';
import { createApp } from '../harness.ts';

const now = Date.UTC(2026, 10, 22, 10);
const sessions = createSessions({
  keys: newKeyring(),
  publicUrl: 'https://planlens.example',
  loginUrl: 'https://sod.superoffice.com',
  isEnded: async () => false,
  isGoingOn: () => true,
  now: () => now,
});
const signIn = { state: 's', nonce: 'n', codeChallenge: 'c', codeVerifier: 'v'.repeat(43) };
const signIns: SignInStore = {
  begin: () => signIn,
  consume: async () => ({ valid: false, reason: 'unknown', purpose: null }),
};
const startSignIn = createStartSignIn({ signIns, authorizeUrl: () => 'https://sod.superoffice.com/' });

const writers = createApp(async (req, res) => {
  if (req.path === '/sign-in') startSignIn(res, { kind: 'install', language: '' });
  else if (req.path === '/session') {
    sessions.write(res, {
      tenantId: 'Cust1',
      associateId: 5,
      isAdministrator: false,
      name: '',
      signedInAt: now,
    });
  } else writeCookie(res, '__Host-any', 'a b;c=ü', 90_000);
  res.end();
});

/** The name, the value, and the attributes in lower case, without `Expires`, which `Max-Age` overrules. */
async function readSetCookie(path: string) {
  const { headers } = await request(writers).get(path);
  const [cookie = '', ...more] = [headers['set-cookie'] ?? []].flat();
  expect(more).toEqual([]);
  const [pair = '', ...attributes] = cookie.split('; ');
  const [name, value = ''] = pair.split('=');
  const withoutExpires = attributes
    .map((text) => text.toLowerCase())
    .filter((text) => !text.startsWith('expires='));
  return { name, value, attributes: withoutExpires.sort() };
}

// certifies R14
describe('cookies set by the app', () => {
  it.each([
    ['/session', '__Host-planlens-session', 3600],
    ['/sign-in', expect.stringMatching(/^__Host-planlens-sign-in-[\w-]{16}$/), 600],
    ['/any', '__Host-any', 90],
  ])(
    'the cookie set by %s works in a cross-site frame and is sent to our host only',
    async (path, name, seconds) => {
      const cookie = await readSetCookie(path);
      expect(cookie.name).toEqual(name);
      expect(cookie.attributes).toEqual(
        ['httponly', `max-age=${seconds}`, 'partitioned', 'path=/', 'samesite=none', 'secure'].sort(),
      );
    },
  );

  it('encodes arbitrary text and reads it back unchanged', async () => {
    const { value } = await readSetCookie('/any');
    expect(value).toMatch(/^[\w%.-]+$/);
    const app = createApp((req, res) => void res.json(readCookie(req, '__Host-any')));
    const { body } = await request(app).get('/').set('Cookie', `__Host-any=${value}`);
    expect(body).toBe('a b;c=ü');
  });
});

describe('readCookie', () => {
  const app = createApp((req, res) => void res.json({ value: readCookie(req, 'wanted') ?? null }));

  it.each([
    ['a=1; wanted=2; b=3', '2'],
    ['wanted=first; wanted=second', 'first'],
    ['unwanted=2', null],
    ['wanted', null],
    ['=; ;;', null],
    ['wanted=%E0%A4%A', '%E0%A4%A'],
  ])('reads the wanted cookie in the header %j as %j', async (header, value) => {
    expect((await request(app).get('/').set('Cookie', header)).body).toEqual({ value });
  });

  it('finds no cookie in a request without a cookie header', async () => {
    expect((await request(app).get('/')).body).toEqual({ value: null });
  });
});
