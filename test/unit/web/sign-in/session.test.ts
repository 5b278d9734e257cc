import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Keyring } from '../../../../src/crypto/keyring.ts';
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
};
const name = '__Host-planlens-session';

let now = start;
let keys: Keyring;
const server = listening(
  createApp((req, res) => {
    const sessions = createSessions({ keys, now: () => now });
    if (req.path === '/write') sessions.write(res, session);
    res.json(sessions.read(req));
  }),
);

beforeEach(() => {
  now = start;
  keys = newKeyring('2026');
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

/** A valid session token with these changes. */
function forged(
  payload: object,
  options: jwt.SignOptions = {},
  secret: jwt.Secret = keys.current.key,
): string {
  const iat = Math.floor(start / 1000);
  const whole = { ...session, iat, exp: iat + 3600, ...payload };
  return jwt.sign(whole, secret, { algorithm: 'HS256', keyid: '2026', issuer: 'planlens', ...options });
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
    expect(token?.payload).toEqual({ ...session, iat, exp: iat + 3600, iss: 'planlens' });
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
    const { key } = keys.current;
    expect(await readFrom(jwt.sign({ ...session, exp, iss: 'planlens' }, key))).toBeNull();
    expect(await readFrom(jwt.sign({ ...session, exp }, key, { keyid: '2026' }))).toBeNull();
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
    const other = encode({ ...session, isAdministrator: true, iss: 'planlens', exp: start / 1000 + 60 });
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
