import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveKeyring, keyringSchema } from '../../src/crypto/keyring.ts';
import { createUserTokens } from '../../src/web/api/user-token.ts';
import { askForUserToken, browserOrigin, createApiKey, makeUserToken } from '../support/api-keys.ts';
import { keyringText } from '../support/keyrings.ts';
import { scaleRuns } from '../support/long-form.ts';
import { install, installedPlanlens, testUsers } from '../support/planlens.ts';
import { sessionCookie, sessionsOf } from '../support/session-cookie.ts';
import { encode } from '../support/tokens.ts';

const { administrator, otherAdministrator, salesPremium, servicePremium } = testUsers;
const { tenantId, associateId } = administrator;
const user = salesPremium.associateId;
/** Forged credentials. */
const forgeries = scaleRuns(10_000);
const minute = 60_000;

/** What a credential is sent with. */
interface Attempt {
  readonly what: string;
  readonly headers: Readonly<Record<string, string>>;
}

describe('forged credentials of the license API', async () => {
  const planlens = await installedPlanlens();
  const { url, environment } = planlens;
  const { apiKeys } = planlens.services;
  await install(planlens, otherAdministrator);
  const { tenantId: otherTenant } = otherAdministrator;
  const keyring = keyringSchema.parse(environment.SESSION_KEYS);

  const pairOf = async (of: string) => ({
    secretKey: await createApiKey(apiKeys, { tenantId: of }),
    publishableKey: await createApiKey(apiKeys, { tenantId: of, kind: 'publishable' }),
  });
  const own = await pairOf(tenantId);
  const theirs = await pairOf(otherTenant);
  const another = await pairOf(tenantId);
  const token = await makeUserToken(url, own, user);
  const tokenOfAnother = await makeUserToken(url, another, user);
  const theirToken = await makeUserToken(url, theirs, otherAdministrator.associateId);

  const idOf = async (key: string) => (await apiKeys.findByKey(key))?.id ?? '';
  const [keyId, madeBy, theirKeyId, theirMaker] = await Promise.all(
    [own.publishableKey, own.secretKey, theirs.publishableKey, theirs.secretKey].map(idOf),
  );
  const content = { tenantId, keyId: keyId ?? '', madeBy: madeBy ?? '', associateId: user };
  const revoked = await createApiKey(apiKeys);
  await apiKeys.revoke({ tenantId, associateId }, await idOf(revoked));
  const expired = await createApiKey(apiKeys, { expiresAt: new Date(planlens.now() - 1) });
  const expiredPublishable = await createApiKey(apiKeys, {
    kind: 'publishable',
    expiresAt: new Date(planlens.now() - 1),
  });

  const asServer = (what: string, key: string): Attempt[] => [
    { what, headers: { authorization: `Bearer ${key}` } },
    { what, headers: { 'x-api-key': key } },
  ];
  const asBrowser = (
    what: string,
    bearer: string,
    key = own.publishableKey,
    origin = browserOrigin,
  ): Attempt => ({
    what,
    headers: { authorization: `Bearer ${bearer}`, 'x-api-key': key, origin },
  });

  let attempts = 0;
  /** Sends a credential, each time as another client, so that no limit answers instead of the check. */
  async function send({ headers }: Attempt) {
    attempts += 1;
    if (attempts % 100 === 0) planlens.passTime(1_000);
    const from = `198.51.${Math.floor(attempts / 250) % 250}.${attempts % 250}`;
    const response = await fetch(`${url}/api/v1/user-tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from, ...headers },
      body: JSON.stringify({ user, publishableKey: own.publishableKey }),
    });
    const { code } = (await response.json()) as { code?: string };
    return { status: response.status, code };
  }

  /** A genuine key gets a token; the browser of a user is known and may not have one. */
  const isAccepted = ({ status, code }: Awaited<ReturnType<typeof send>>) =>
    status < 300 || code === 'api-scope-missing';

  async function expectRefused(all: readonly Attempt[]): Promise<void> {
    const wrong: string[] = [];
    for (let start = 0; start < all.length; start += 50)
      await Promise.all(
        all.slice(start, start + 50).map(async (attempt) => {
          const result = await send(attempt);
          const isRefusal = [400, 401, 403].includes(result.status) && !isAccepted(result);
          if (!isRefusal) wrong.push(`${attempt.what}: ${result.status} ${result.code}`);
        }),
      );
    expect(wrong).toEqual([]);
  }

  it('are recognized beside genuine ones', async () => {
    for (const attempt of [...asServer('secret key', own.secretKey), asBrowser('user token', token)])
      expect([attempt.what, isAccepted(await send(attempt))]).toEqual([attempt.what, true]);
  });

  const claims = () => {
    const now = Math.floor(planlens.now() / 1_000);
    const times = { iat: now, exp: now + 900 };
    const parties = { iss: environment.PUBLIC_URL, aud: `${environment.PUBLIC_URL}/api` };
    return { sub: String(user), tenant: tenantId, key: keyId, by: madeBy, ...parties, ...times };
  };
  const { current } = deriveKeyring(keyring, 'api user token');
  const hmac = (text: string, key: KeyObject | string | Buffer, hash = 'sha256') =>
    createHmac(hash, key).update(text).digest('base64url');
  function make(
    changed: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key: KeyObject | string | Buffer = current.key,
  ): string {
    const text = `${encode({ alg: 'HS256', typ: 'JWT', kid: current.id, ...header })}.${encode({ ...claims(), ...changed })}`;
    return `${text}.${hmac(text, key)}`;
  }

  it('the token that the next test changes is genuine as long as nothing is changed', async () => {
    expect(isAccepted(await send(asBrowser('unchanged', make())))).toBe(true);
  });

  it('of other signatures, headers, lifetimes, tenants, users and purposes are refused', async () => {
    const now = Math.floor(planlens.now() / 1_000);
    const unsigned = (alg: string) => `${encode({ alg, typ: 'JWT', kid: current.id })}.${encode(claims())}.`;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const elliptic = `${encode({ alg: 'ES256', kid: current.id })}.${encode(claims())}`;
    const { session, bearer } = {
      session: sessionCookie(environment, { tenantId, associateId: user }, planlens.now).split('=')[1] ?? '',
      bearer: sessionsOf(environment, planlens.now).createBearer({
        ...{ tenantId, associateId: user, isAdministrator: true, name: '', signedInAt: planlens.now() },
      }),
    };
    const foreignKeyring = keyringSchema.parse(keyringText('test'));
    const withoutClaim = ['sub', 'tenant', 'key', 'by', 'iat', 'exp', 'iss', 'aud'].map((name) =>
      make({ [name]: undefined }),
    );
    const tokens: Record<string, readonly string[]> = {
      'alg none': ['none', 'None', 'NONE', 'nOnE', ''].map(unsigned),
      'another alg': ['HS384', 'HS512', 'RS256', 'ES256'].map((alg) => make({}, { alg })),
      'an elliptic signature': [
        `${elliptic}.${sign('sha256', Buffer.from(elliptic), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`,
      ],
      'another kid': ['', 'other', '__proto__', 'constructor', null, 5, ['test']].map((kid) =>
        make({}, { kid }),
      ),
      'a key from the header': [make({}, { jwk: { kty: 'oct', k: 'YQ' }, jku: 'http://127.0.0.1:9/' }, 'a')],
      'a critical header': [make({}, { b64: false, crit: ['b64'] })],
      'another signing key': [
        ...[
          keyring.current.key,
          deriveKeyring(keyring, 'session').current.key,
          '',
          'secret',
          own.publishableKey,
        ],
        ...[
          deriveKeyring(keyring, 'bearer').current.key,
          deriveKeyring(keyring, 'form').current.key,
          own.secretKey,
        ],
        ...[deriveKeyring(foreignKeyring, 'api user token').current.key],
      ].map((key) => make({}, {}, key)),
      'a missing claim': withoutClaim,
      'another issuer': ['https://evil.example', '', null, [environment.PUBLIC_URL, 'x']].map((iss) =>
        make({ iss }),
      ),
      'another audience': [environment.PUBLIC_URL, '', 'api', null, []].map((aud) => make({ aud })),
      expired: [make({ iat: now - 901, exp: now - 1 }), make({ iat: now - 900, exp: now })],
      'a long life': [make({ iat: now, exp: now + 901 }), make({ exp: 2 ** 40 }), make({ iat: 0 })],
      'the future': [make({ iat: now + 3_600, exp: now + 4_000 }), make({ nbf: now + 600 })],
      'times that are none': [make({ exp: String(now + 900) }), make({ iat: 'now' }), make({ exp: null })],
      'another tenant': [
        make({ tenant: otherTenant }),
        make({ tenant: otherTenant, key: theirKeyId, by: theirMaker }),
        make({ key: theirKeyId }),
        make({ by: theirMaker }),
        make({ tenant: '' }),
      ],
      'another key': [
        make({ key: madeBy }),
        make({ by: keyId }),
        make({ by: randomUUID() }),
        make({ by: 'x' }),
      ],
      'a user that is none': ['', '0', '-1', '1.5', '1e3', '101 ', 101, null, ['101'], '99999999999'].map(
        (sub) => make({ sub }),
      ),
      'a token of another use': [
        session,
        bearer,
        sessionsOf(environment).csrfToken({
          ...{ tenantId, associateId: user, isAdministrator: true, name: '', signedInAt: 0 },
        }),
      ],
      'no token': ['x', '..', 'e30.e30.e30', `${token}.`, `.${token}`, own.publishableKey, own.secretKey],
      'a token of another key': [tokenOfAnother, theirToken],
    };
    const all = Object.entries(tokens).flatMap(([what, each]) => each.map((one) => asBrowser(what, one)));
    await expectRefused([
      ...all,
      asBrowser('their key and our token', token, theirs.publishableKey),
      asBrowser('an expired key', token, expiredPublishable),
      asBrowser('a secret key in place of the publishable one', token, own.secretKey),
      ...['https://evil.example', 'null', 'http://app.partner.example', `${browserOrigin}:8443`].map(
        (origin) => asBrowser('a foreign origin', token, own.publishableKey, origin),
      ),
      { what: 'no origin', headers: { authorization: `Bearer ${token}`, 'x-api-key': own.publishableKey } },
      { what: 'a token alone', headers: { authorization: `Bearer ${token}`, origin: browserOrigin } },
      ...asServer('a publishable key alone', own.publishableKey),
      ...asServer('a revoked key', revoked),
      ...asServer('an expired key', expired),
      { what: 'a key as a cookie', headers: { cookie: `key=${own.secretKey}` } },
      { what: 'basic', headers: { authorization: `Basic ${btoa(`${own.secretKey}:`)}` } },
    ]);
  });

  it('are refused however a genuine one is changed or cut', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    let seed = 0x2545f491;
    const random = (below: number) => {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      return (seed >>> 0) % below;
    };
    const change = (text: string): string => {
      const at = random(text.length);
      const other = alphabet.replace(text[at] ?? '', '')[random(63)] ?? '';
      return (
        [
          text.slice(0, at) + other + text.slice(at + 1),
          text.slice(0, at),
          text.slice(0, at) + text.slice(at + 1),
          text.slice(0, at) + other + text.slice(at),
          text + other,
        ][random(5)] ?? ''
      );
    };
    const isSame = (one: string, other: string) => {
      const bytesOf = (text: string) =>
        text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
      return String(bytesOf(one)) === String(bytesOf(other));
    };
    const all: Attempt[] = [];
    while (all.length < forgeries) {
      const changed = [own.secretKey, token, own.publishableKey].map(change);
      const [secretKey = '', userToken = '', publishableKey = ''] = changed;
      all.push(...asServer(`changed key ${all.length}`, secretKey).slice(random(2)).slice(0, 1));
      // The last character of a signature has bits that mean nothing.
      if (!isSame(userToken, token)) all.push(asBrowser(`changed token ${all.length}`, userToken));
      all.push(asBrowser(`changed publishable key ${all.length}`, token, publishableKey));
      const made = `${random(2) === 0 ? 'pls' : 'plp'}_${randomBytes(32).toString('base64url')}`;
      all.push(...asServer('random key', made).slice(0, 1));
    }
    await expectRefused(all);
  });

  it('tell nothing about another user or tenant', async () => {
    const userTokens = createUserTokens({
      keys: keyring,
      publicUrl: String(environment.PUBLIC_URL),
      now: planlens.now,
    });
    const minted = userTokens.mint(content).token;
    expect(userTokens.verify(minted)).toMatchObject(content);
    const [header, payload = '', signature] = minted.split('.');
    const claimsOf = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const ofColleague = encode({ ...claimsOf, sub: String(servicePremium.associateId) });
    expect(userTokens.verify([header, ofColleague, signature].join('.'))).toBeNull();
    const known = await askForUserToken(url, own.secretKey, { user, publishableKey: theirs.publishableKey });
    const unknown = await askForUserToken(url, own.secretKey, {
      user,
      publishableKey: `plp_${'x'.repeat(43)}`,
    });
    const [one, other] = (await Promise.all([known.json(), unknown.json()])) as Record<string, unknown>[];
    expect({ ...one, instance: '' }).toEqual({ ...other, instance: '' });
  });

  it('leave genuine ones valid, and a token ends after a quarter of an hour', async () => {
    planlens.stopTime();
    for (const attempt of asServer('secret key', own.secretKey))
      expect(isAccepted(await send(attempt))).toBe(true);
    const fresh = await makeUserToken(url, own, user);
    planlens.passTime(15 * minute - 2_000);
    expect(isAccepted(await send(asBrowser('user token', fresh)))).toBe(true);
    planlens.passTime(3_000);
    expect(isAccepted(await send(asBrowser('user token', fresh)))).toBe(false);
  });
});
