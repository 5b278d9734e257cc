import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { deriveKeyring, type Keyring } from '../../../../src/crypto/keyring.ts';
import { createSessions, type Session } from '../../../../src/web/sign-in/session.ts';
import { newKeyring } from '../../../support/keyrings.ts';
import { encode } from '../../../support/tokens.ts';
import { createApp, listening } from '../harness.ts';

const start = Date.UTC(2026, 10, 22, 10);
const hour = 60 * 60_000;
const session: Session = {
  tenantId: 'Cust12345',
  associateId: 5,
  isAdministrator: false,
  name: 'Markus Brandt',
  signedInAt: start,
};
const publicUrl = 'https://planlens.example';
const loginUrl = 'https://sod.superoffice.com';
const name = '__Host-planlens-session';

let now = start;
let keys: Keyring;
let isEnded: boolean;

/** The sessions of an app, with these changes of its environment. */
function sessionsWith(changes: { publicUrl?: string; loginUrl?: string } = {}) {
  const ends = { isEnded: async () => isEnded, isGoingOn: () => !isEnded };
  const settings = { keys, publicUrl, loginUrl, ...ends, now: () => now };
  return createSessions({ ...settings, ...changes });
}

const server = listening(
  createApp(async (req, res) => {
    const sessions = sessionsWith();
    if (req.path === '/write') sessions.write(res, session);
    res.json(await sessions.read(req));
  }),
);

beforeEach(() => {
  now = start;
  keys = newKeyring('2026');
  isEnded = false;
});

async function written(): Promise<string> {
  const { headers } = await request(server).get('/write');
  return /^__Host-planlens-session=([^;]+)/.exec(String(headers['set-cookie']))?.[1] ?? '';
}

async function readFrom(token: string): Promise<unknown> {
  const { status, body } = await request(server).get('/read').set('Cookie', `${name}=${token}`);
  expect(status).toBe(200);
  return body;
}

const signingKey = () => deriveKeyring(keys, 'session').current.key;

/** A valid session token with these changes. */
function forged(payload: object, options: jwt.SignOptions = {}, secret: jwt.Secret = signingKey()): string {
  const iat = Math.floor(start / 1000);
  const whole = { ...session, use: 'session', aud: loginUrl, iat, exp: iat + 3600, ...payload };
  return jwt.sign(whole, secret, { algorithm: 'HS256', keyid: '2026', issuer: publicUrl, ...options });
}

describe('session cookie', () => {
  it('reads back the session that was written', async () => {
    expect(await readFrom(await written())).toEqual(session);
  });

  it('finds the session among other cookies', async () => {
    const { body } = await request(server)
      .get('/read')
      .set('Cookie', `a=1; ${name}=${await written()}; b=2`);
    expect(body).toEqual(session);
  });

  it('accepts the valid token on which the forged tokens below are based', async () => {
    expect(await readFrom(forged({}))).toEqual(session);
  });

  it('is refused when it was ended before it expires', async () => {
    const token = await written();
    isEnded = true;
    expect(await readFrom(token)).toBeNull();
  });

  it('ends one hour after the sign-in, however late it is written', async () => {
    now = start + hour - 2_000;
    const token = await written();
    expect(await readFrom(token)).toEqual(session);
    now = start + hour;
    expect(await readFrom(token)).toBeNull();
  });

  it('expires after one hour', async () => {
    const token = await written();
    now = start + hour - 1000;
    expect(await readFrom(token)).toEqual(session);
    now = start + hour;
    expect(await readFrom(token)).toBeNull();
  });

  it('names its key and contains only the session and standard claims', async () => {
    const token = jwt.decode(await written(), { complete: true });
    expect(token?.header).toEqual({ alg: 'HS256', typ: 'JWT', kid: '2026' });
    const iat = start / 1000;
    const standard = { iat, exp: iat + 3600, iss: publicUrl, aud: loginUrl };
    expect(token?.payload).toEqual({ ...session, use: 'session', ...standard });
  });
});

describe('peek', () => {
  const peek = (headers: object) => sessionsWith().peek({ headers } as IncomingMessage);

  it('finds the session of a cookie that memory knows to go on', () => {
    const cookie = `${name}=${forged({})}`;
    expect(peek({ cookie })).toEqual(session);
    isEnded = true;
    expect(peek({ cookie })).toBeNull();
  });

  it.each([{}, { cookie: `${name}=x` }])('finds none without a valid cookie: %o', (headers) => {
    expect(peek(headers)).toBeNull();
  });

  it('leaves bearer tokens, which precede the cookie, to read', () => {
    expect(peek({ cookie: `${name}=${forged({})}`, authorization: 'Bearer x' })).toBeNull();
  });
});

describe('a token that was accepted before', () => {
  const sessions = () => {
    const made = sessionsWith();
    const read = (token: string, header: 'cookie' | 'authorization' = 'cookie') =>
      made.read({
        headers: { [header]: header === 'cookie' ? `${name}=${token}` : `Bearer ${token}` },
      } as unknown as Request);
    return { read, createBearer: () => made.createBearer(session) };
  };

  it('still expires, and is still refused when it was ended', async () => {
    const { read } = sessions();
    const token = forged({});
    expect([await read(token), await read(token)]).toEqual([session, session]);
    isEnded = true;
    expect(await read(token)).toBeNull();
    isEnded = false;
    now = start + hour - 1;
    expect(await read(token)).toEqual(session);
    now = start + hour;
    expect(await read(token)).toBeNull();
  });

  it('does not let another token with its claims, or its header and signature, pass', async () => {
    const { read } = sessions();
    const token = forged({});
    expect(await read(token)).toEqual(session);
    const [header, payload = '', signature = ''] = token.split('.');
    for (const other of [
      [header, payload, signature.slice(0, -1)],
      [header, payload, ''],
      [header, encode({ ...session, isAdministrator: true }), signature],
      [header, payload, `${signature}A`],
    ])
      expect(await read(other.join('.'))).toBeNull();
  });

  it('serves no other use', async () => {
    const { read, createBearer } = sessions();
    const bearer = createBearer();
    expect(await read(bearer, 'authorization')).toEqual(session);
    expect(await read(bearer)).toBeNull();
  });
});

describe('session key rotation', () => {
  it('accepts a token while its key is retained and signs new tokens with the first key', async () => {
    const old = keys.current;
    const token = await written();
    const fresh = newKeyring('2027').current;
    keys = {
      current: fresh,
      byId: new Map([
        [fresh.id, fresh.key],
        [old.id, old.key],
      ]),
    };
    expect(await readFrom(token)).toEqual(session);
    expect(jwt.decode(await written(), { complete: true })?.header.kid).toBe('2027');
  });

  it('rejects a token once its key is removed', async () => {
    const token = await written();
    keys = newKeyring('2027');
    expect(await readFrom(token)).toBeNull();
  });
});

describe('invalid session cookie', () => {
  const unsigned = () => `${encode({ alg: 'none', typ: 'JWT', kid: '2026' })}.${encode(session)}.`;

  it('reads no session without a cookie', async () => {
    expect((await request(server).get('/read')).body).toBeNull();
  });

  it.each<[string, () => string]>([
    ['algorithm none', unsigned],
    ['HS512 with the right key', () => forged({}, { algorithm: 'HS512' })],
    ['HS384 with the right key', () => forged({}, { algorithm: 'HS384' })],
    ['another key under our key id', () => forged({}, {}, newKeyring('2026').current.key)],
    ['the key itself instead of the key for sessions', () => forged({}, {}, keys.current.key)],
    ['another audience', () => forged({ aud: 'https://online.superoffice.com' })],
    ['another use', () => forged({ use: 'bearer' })],
    ['no time of sign-in', () => forged({ signedInAt: undefined })],
    ['a key id we do not have', () => forged({}, { keyid: '2025' })],
    ['a key id that every object has', () => forged({}, { keyid: 'constructor' })],
    ['another issuer', () => forged({}, { issuer: 'someone-else' })],
    ['a time long past', () => forged({ iat: 1, exp: 2 })],
    ['no tenant', () => forged({ tenantId: undefined })],
    ['an associate id that is text', () => forged({ associateId: '5' })],
    ['an administrator by text', () => forged({ isAdministrator: 'true' })],
  ])('rejects a token with %s', async (_case, token) => {
    expect(await readFrom(token())).toBeNull();
  });

  it('rejects a token without a key ID or an issuer', async () => {
    const exp = start / 1000 + 3600;
    const key = signingKey();
    const claims = { ...session, use: 'session', aud: loginUrl, exp };
    expect(await readFrom(jwt.sign({ ...claims, iss: publicUrl }, key))).toBeNull();
    expect(await readFrom(jwt.sign(claims, key, { keyid: '2026' }))).toBeNull();
  });

  it.each([0, 1, 2])('rejects a token whose part %i was changed', async (part) => {
    const parts = (await written()).split('.');
    const changed = parts.map((text, index) => {
      const first = text.startsWith('A') ? 'B' : 'A';
      return index === part ? first + text.slice(1) : text;
    });
    expect(await readFrom(changed.join('.'))).toBeNull();
  });

  it('rejects a token whose payload was replaced', async () => {
    const [header, , signature] = (await written()).split('.');
    const other = encode({ ...session, isAdministrator: true, iss: publicUrl, exp: start / 1000 + 60 });
    expect(await readFrom([header, other, signature].join('.'))).toBeNull();
  });

  const nonsense = Buffer.from('no json').toString('base64url');
  it.each([
    `${encode({ alg: 'HS256', typ: 'JWT', kid: '2026' })}.${nonsense}.${nonsense}`,
    `${encode({ alg: 'HS256', typ: 'JWT', kid: { 2026: 1 } })}.${encode({})}.`,
    `${encode('header')}.${encode('payload')}.x`,
    `${encode(null)}.${encode(null)}.x`,
    '..',
    '%E0%A4%A',
    '"',
  ])('rejects the malformed token %s', async (token) => {
    expect(await readFrom(token)).toBeNull();
  });

  it('rejects arbitrary text, even after the beginning of a valid token', async () => {
    const [header = '', payload = ''] = (await written()).split('.');
    const printable = fc.string({ unit: fc.constantFrom(...'abzAZ019._-=%;, "{}[]:\\') });
    const tokens = printable.chain((text) =>
      fc.constantFrom(text, `${header}.${text}`, `${header}.${payload}.${text}`, `${text}.${payload}.`),
    );
    await fc.assert(
      fc.asyncProperty(tokens, async (token) => {
        expect(await readFrom(token)).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});

describe('bearer token', () => {
  const readBearer = async (token: string) =>
    (await request(server).get('/read').set('Authorization', `Bearer ${token}`)).body;

  it('lives 15 minutes and not longer than its session', async () => {
    const bearer = sessionsWith().createBearer(session);
    now = start + 15 * 60_000 - 1_000;
    expect(await readBearer(bearer)).toEqual(session);
    now = start + 15 * 60_000;
    expect(await readBearer(bearer)).toBeNull();

    now = start + hour - 1_000;
    const late = sessionsWith().createBearer(session);
    expect(await readBearer(late)).toEqual(session);
    now = start + hour;
    expect(await readBearer(late)).toBeNull();
  });

  it('is no session cookie, and a session cookie is no bearer token', async () => {
    const [cookie, bearer] = [await written(), sessionsWith().createBearer(session)];
    expect(bearer).not.toBe(cookie);
    expect(await readFrom(bearer)).toBeNull();
    expect(await readBearer(cookie)).toBeNull();
  });
});

describe('session of another app with the same keys', () => {
  it.each([
    ['another address', { publicUrl: 'https://other.example' }],
    ['another SuperOffice environment', { loginUrl: 'https://online.superoffice.com' }],
  ])('is refused: %s', async (_what, changes) => {
    const bearer = sessionsWith(changes).createBearer(session);
    const { body } = await request(server).get('/read').set('Authorization', `Bearer ${bearer}`);
    expect(body).toBeNull();
  });
});

describe('CSRF token', () => {
  const day = 24 * hour;
  const verify = (token: string) => sessionsWith().verifyCsrfToken(session, token);

  it('changes every day and is accepted until the end of the next day', () => {
    const token = sessionsWith().csrfToken(session);
    now = start - (start % day) + 2 * day - 1;
    expect(sessionsWith().csrfToken(session)).not.toBe(token);
    expect(verify(token)).toBe(true);
    now += 1;
    expect(verify(token)).toBe(false);
  });

  it('tells for 30 days whose form it is of', () => {
    const token = sessionsWith().csrfToken(session);
    const opened = (by = session) => sessionsWith().openedForm(by, token);
    now = start - (start % day) + 30 * day - 1;
    expect([opened(), opened({ ...session, associateId: 6 })]).toEqual([true, false]);
    now += 1;
    expect(opened()).toBe(false);
  });

  it('survives the rotation of the key as long as the old key is kept', () => {
    const token = sessionsWith().csrfToken(session);
    const old = keys.current;
    const fresh = newKeyring('2027').current;
    const byId = new Map([fresh, old].map(({ id, key }) => [id, key]));
    keys = { current: fresh, byId };
    expect(verify(token)).toBe(true);
    expect(sessionsWith().csrfToken(session)).not.toBe(token);
    keys = { current: fresh, byId: new Map([[fresh.id, fresh.key]]) };
    expect(verify(token)).toBe(false);
  });

  it('is valid for its user and its app only', () => {
    const token = sessionsWith().csrfToken(session);
    expect(sessionsWith().verifyCsrfToken({ ...session, associateId: 6 }, token)).toBe(false);
    expect(sessionsWith().verifyCsrfToken({ ...session, tenantId: 'Cust12346' }, token)).toBe(false);
    const other = sessionsWith({ publicUrl: 'https://other.example' });
    expect(other.verifyCsrfToken(session, token)).toBe(false);
    expect(verify('')).toBe(false);
  });
});
