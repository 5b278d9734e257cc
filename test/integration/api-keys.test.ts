import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { askForUserToken, browserOrigin, createApiKey, makeUserToken } from '../support/api-keys.ts';
import { freePort } from '../support/free-port.ts';
import { install, installedPlanlens, testUsers } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { spawnServer, untilReady } from '../support/server-process.ts';

const { administrator, salesPremium, otherAdministrator } = testUsers;
const { tenantId } = administrator;
const actor = { tenantId, associateId: administrator.associateId };
const user = salesPremium.associateId;
const minute = 60_000;

describe('keys of the license API', async () => {
  const planlens = await installedPlanlens();
  const { url, services } = planlens;
  const { apiKeys, audit } = services;
  let publishableKey = '';
  let secretKey = '';

  beforeEach(async () => {
    for (const { id, revokedAt } of await apiKeys.list(tenantId))
      if (revokedAt === null) await apiKeys.revoke(actor, id);
    secretKey = await createApiKey(apiKeys);
    publishableKey = await createApiKey(apiKeys, { kind: 'publishable' });
  });

  const idOf = async (key: string) => (await apiKeys.findByKey(key))?.id ?? '';
  const revoke = async (key: string) => apiKeys.revoke(actor, await idOf(key));
  const ask = (key = secretKey, headers: Record<string, string> = {}, of = url) =>
    askForUserToken(of, key, { user, publishableKey }, headers);
  const detailOf = async (response: Response) => {
    const { code, detail } = (await response.json()) as { code: string; detail?: string };
    return [response.status, code, detail];
  };
  /** As the browser of a user. No route that it may use is needed: one that it may not use tells that it is known. */
  const browse = (token: string, headers: Record<string, string> = {}, key = publishableKey) =>
    ask(token, { 'x-api-key': key, origin: browserOrigin, ...headers });
  const known = [403, 'api-scope-missing', 'secret key'];

  describe('a secret key', () => {
    it('gets the token of a user, for 15 minutes, in either header', async () => {
      for (const headers of [{}, { authorization: '', 'x-api-key': secretKey }]) {
        const response = await ask(secretKey, headers);
        expect(response.status).toBe(201);
        expect(response.headers.get('cache-control')).toBe('no-store');
        const { token, expiresAt } = (await response.json()) as { token: string; expiresAt: string };
        expect(Date.parse(expiresAt) - planlens.now()).toBeGreaterThan(14 * minute);
        expect(Date.parse(expiresAt) - planlens.now()).toBeLessThanOrEqual(15 * minute);
        expect(await detailOf(await browse(token))).toEqual(known);
      }
    });

    it('is refused once it is revoked or expired, with the reason, and in the audit log', async () => {
      const expiring = await createApiKey(apiKeys, { expiresAt: new Date(planlens.now() + minute) });
      expect((await ask(expiring)).status).toBe(201);
      planlens.passTime(minute);
      expect(await detailOf(await ask(expiring))).toEqual([401, 'api-key-invalid', 'expired key']);
      expect((await ask()).status).toBe(201);
      await revoke(secretKey);
      const response = await ask();
      expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(await detailOf(response)).toEqual([401, 'api-key-invalid', 'revoked key']);
      await expect
        .poll(async () =>
          (await rowsIn(String(planlens.environment.DATABASE_URL), 'audit_log')).map(
            ({ content }) => content,
          ),
        )
        .toEqual(
          expect.arrayContaining([
            { event: 'api-key-created', apiKey: await idOf(secretKey), kind: 'secret' },
            { event: 'api-key-revoked', apiKey: await idOf(secretKey) },
            { event: 'refused', code: 'api-key-invalid' },
          ]),
        );
    });

    it('is refused from a browser, and beside another credential', async () => {
      expect(await detailOf(await ask(secretKey, { origin: browserOrigin }))).toEqual([
        ...[403, 'api-origin-refused', 'secret key'],
      ]);
      expect((await ask(secretKey, { origin: url })).status).toBe(201);
      const both = await ask('another', { 'x-api-key': secretKey });
      expect(await detailOf(both)).toEqual([401, 'api-key-invalid', 'a secret key and another credential']);
    });

    it('gets no token for a wrong user, or beside a key that is no publishable key of its tenant', async () => {
      await install(planlens, otherAdministrator);
      const { tenantId: otherTenant } = otherAdministrator;
      const theirs = await createApiKey(apiKeys, { kind: 'publishable', tenantId: otherTenant });
      const wrong = async (body: unknown) => detailOf(await askForUserToken(url, secretKey, body));
      for (const each of [0, -1, 1.5, 2 ** 31, '0', '1e3', ' 101', null, {}, undefined])
        expect(await wrong({ user: each, publishableKey })).toEqual([400, 'api-request-malformed', 'user']);
      for (const each of [theirs, secretKey, `plp_${'x'.repeat(43)}`, '', null])
        expect(await wrong({ user, publishableKey: each })).toEqual([
          ...[400, 'api-request-malformed', 'publishableKey'],
        ]);
      for (const each of [[], 'text', 5])
        expect((await wrong(each)).slice(0, 2)).toEqual([400, 'api-request-malformed']);
      await revoke(publishableKey);
      expect(await wrong({ user, publishableKey })).toEqual([400, 'api-request-malformed', 'publishableKey']);
    });
  });

  describe('a browser', () => {
    it('needs the publishable key, a token of its user and an allowed origin', async () => {
      const token = await makeUserToken(url, { secretKey, publishableKey }, user);
      expect(await detailOf(await browse(token))).toEqual(known);
      expect(await detailOf(await browse('', { authorization: '' }))).toEqual([
        ...[401, 'api-key-invalid', 'no user token'],
      ]);
      const keyless = await ask(token, { origin: browserOrigin });
      expect((await detailOf(keyless)).slice(0, 2)).toEqual([401, 'api-key-invalid']);
      for (const origin of ['https://evil.example', 'null', `${browserOrigin}.evil.example`, ''])
        expect((await detailOf(await browse(token, { origin })))[1]).toBe('api-origin-refused');
      const another = await createApiKey(apiKeys, { kind: 'publishable' });
      expect(await detailOf(await browse(token, {}, another))).toEqual([
        401,
        'api-key-invalid',
        'user token',
      ]);
      planlens.passTime(15 * minute);
      expect(await detailOf(await browse(token))).toEqual([401, 'api-key-invalid', 'user token']);
    });

    it('is refused as soon as one of the two keys is revoked', async () => {
      for (const revoked of ['secret', 'publishable'] as const) {
        const keys = {
          secretKey: await createApiKey(apiKeys),
          publishableKey: await createApiKey(apiKeys, { kind: 'publishable' }),
        };
        const token = await makeUserToken(url, keys, user);
        expect(await detailOf(await browse(token, {}, keys.publishableKey))).toEqual(known);
        await revoke(revoked === 'secret' ? keys.secretKey : keys.publishableKey);
        expect(await detailOf(await browse(token, {}, keys.publishableKey))).toEqual([
          ...[401, 'api-key-invalid', 'revoked key'],
        ]);
      }
    });

    it('may read answers, also refusals, only from an origin of its key', async () => {
      const allowed = (response: Response) => response.headers.get('access-control-allow-origin');
      const refused = await browse('wrong');
      expect([refused.status, allowed(refused)]).toEqual([401, browserOrigin]);
      expect(refused.headers.get('access-control-expose-headers')).toBe('ETag, Retry-After');
      expect(refused.headers.get('vary')).toContain('Origin');
      for (const response of [
        await browse('wrong', { origin: 'https://evil.example' }),
        await ask(secretKey, { origin: url }),
        await ask(),
      ])
        expect(allowed(response)).toBeNull();
    });

    it('may ask beforehand from an origin that any key in use allows', async () => {
      const preflight = async (from: string) => {
        const headers = { origin: from, 'access-control-request-method': 'POST' };
        const response = await fetch(`${url}/api/v1/user-tokens`, { method: 'OPTIONS', headers });
        expect(response.status).toBe(204);
        return response.headers;
      };
      const origin = 'https://beforehand.example';
      expect((await preflight(origin)).get('access-control-allow-origin')).toBeNull();
      const key = await createApiKey(apiKeys, { kind: 'publishable', origins: [origin] });
      const headers = await preflight(origin);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-headers')).toBe(
        'content-type, authorization, x-api-key, if-none-match',
      );
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect((await preflight('https://evil.example')).get('access-control-allow-origin')).toBeNull();
      await revoke(key);
      expect((await preflight(origin)).get('access-control-allow-origin')).toBeNull();
      await createApiKey(apiKeys, { kind: 'publishable', origins: [origin] });
      expect((await preflight(origin)).get('access-control-allow-origin')).toBe(origin);
    });
  });

  describe('without a valid key', () => {
    it('answers with a challenge and problem JSON', async () => {
      const response = await ask('', { authorization: '', 'accept-language': 'de' });
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="Planlens"');
      expect(await response.json()).toMatchObject({
        type: 'urn:planlens:problem:api-key-missing',
        title: 'Dieser Aufruf enthält keinen API-Schlüssel',
        status: 401,
      });
    });

    it('limits the failures of one client, which does not concern the keys of others', async () => {
      planlens.stopTime();
      const from = { 'x-forwarded-for': '203.0.113.77' };
      const failures = await Promise.all(Array.from({ length: 301 }, () => ask('wrong', from)));
      const response = failures.find(({ status }) => status === 429);
      if (response === undefined) throw new Error('no failure is refused');
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await detailOf(response))[1]).toBe('api-limit');
      expect((await ask('wrong')).status).toBe(401);
      expect((await ask(secretKey, from)).status).toBe(201);
    });
  });

  it('counts the answered calls of each key', async () => {
    for (let count = 0; count < 3; count += 1) await ask();
    await ask('wrong');
    const [used] = (await apiKeys.list(tenantId)).filter(({ kind }) => kind === 'secret');
    expect(used?.uses).toBe(3);
    expect(used?.lastUsedAt?.getTime()).toBeGreaterThan(planlens.now() - minute);
  });

  describe('a second process', async () => {
    const port = await freePort();
    const other = `http://localhost:${port}`;
    const server = spawnServer({ ...planlens.environment, PORT: String(port), LOG_LEVEL: 'error' });
    afterAll(async () => {
      server.child.kill('SIGTERM');
      await server.ended();
    });

    it('knows a new key, and refuses it within a second of its revocation', async () => {
      await untilReady(other);
      expect((await ask(secretKey, {}, other)).status).toBe(201);
      await revoke(secretKey);
      await expect.poll(async () => (await ask(secretKey, {}, other)).status, { timeout: 1_000 }).toBe(401);
    });
  });

  it('end when SuperOffice deletes the tenant, and when the tenant removes the app', async () => {
    const { tenantId: otherTenant } = otherAdministrator;
    const theirs = await createApiKey(apiKeys, { tenantId: otherTenant });
    expect(await apiKeys.findByKey(theirs)).toMatchObject({ tenantId: otherTenant });
    const tenant = await services.tenants.find(otherTenant);
    if (tenant === null) throw new Error('not installed');
    await services.tenants.bury(tenant);
    await expect.poll(() => apiKeys.findByKey(theirs)).toBeNull();
    await services.tenants.purge(tenant, null);
    const rows = await rowsIn(String(planlens.environment.DATABASE_URL), 'api_keys');
    expect(rows.filter((row) => row.context_identifier === otherTenant)).toEqual([]);
    expect(await audit.latest(otherTenant, 10)).toHaveLength(1);
  });
});
