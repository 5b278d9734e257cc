import { OFREPApi } from '@openfeature/ofrep-core';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, type Provider, ProviderEvents } from '@openfeature/web-sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserOrigin, createApiKey, makeUserToken } from '../support/api-keys.ts';
import { listenTo, TestEventSource } from '../support/event-source.ts';
import { freePort } from '../support/free-port.ts';
import { untilCallbacksProcessed } from '../support/jobs.ts';
import { violations } from '../support/ofrep-schema.ts';
import { install, installedPlanlens, metricsToken, testUsers } from '../support/planlens.ts';
import { spawnServer, untilReady } from '../support/server-process.ts';

const { administrator, salesPremium, servicePremium } = testUsers;
const { tenantId } = administrator;
const actor = { tenantId, associateId: administrator.associateId };
const user = String(salesPremium.associateId);
const elevenMinutes = 11 * 60_000;

interface SentFlag {
  readonly key: string;
  readonly value?: unknown;
  readonly variant: string;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}
interface SentSet {
  readonly flags: readonly SentFlag[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly eventStreams: readonly { readonly url: string }[];
}

describe('OpenFeature Remote Evaluation Protocol', async () => {
  const planlens = await installedPlanlens();
  const { url, services, sandbox } = planlens;
  const { apiKeys } = services;
  const { control } = sandbox;
  let key = '';

  beforeEach(async () => {
    key = await createApiKey(apiKeys);
  });

  /** Asks for all flags, or for one; each answer is checked against the schema of the protocol. */
  async function ask(
    context: unknown,
    { flag, headers = {}, body }: { flag?: string; headers?: Record<string, string>; body?: string } = {},
  ) {
    const response = await fetch(`${url}/ofrep/v1/evaluate/flags${flag === undefined ? '' : `/${flag}`}`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
      body: body ?? JSON.stringify({ context }),
    });
    const text = await response.text();
    const json: unknown = text === '' ? null : JSON.parse(text);
    expect(violations(flag === undefined ? 'all' : 'one', response.status, json)).toEqual([]);
    return { status: response.status, headers: response.headers, json };
  }
  it('answers from memory as at first, failures too, and counts each request once', async () => {
    const questions: readonly (readonly [object, string?])[] = [
      [{ targetingKey: user }],
      [{ targetingKey: user }, 'knowledge-base'],
      [{ targetingKey: user }, 'no-feature'],
      [{ targetingKey: 'nobody' }],
      [{ targetingKey: user, tenant: 'Cust1' }],
      [{}],
    ];
    for (const [context, flag] of questions) {
      const [first, again] = [
        await ask(context, flag === undefined ? {} : { flag }),
        await ask(context, flag === undefined ? {} : { flag }),
      ];
      const comparable = ({ status, headers, json }: typeof first) => {
        const { date: _date, ...others } = Object.fromEntries(headers);
        return { status, others, json };
      };
      expect(comparable(again)).toEqual(comparable(first));
    }
    const [newest] = await apiKeys.list(tenantId);
    expect(newest?.uses).toBe(2 * questions.length);
  });

  it.each(['identity', 'gzip'])('counts the look-up of licenses once: %s', async (encoding) => {
    const lookups = async () => {
      const headers = { authorization: `Bearer ${metricsToken}` };
      const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
      const [, count] = /cache_requests_total\{scope="user",outcome="memory"\} (\d+)/.exec(metrics) ?? [];
      return Number(count ?? 0);
    };
    await ask({ targetingKey: user });
    await ask({ targetingKey: user });
    const before = await lookups();
    await ask({ targetingKey: user }, { headers: { 'accept-encoding': encoding } });
    expect(await lookups()).toBe(before + 1);
  });

  it('refuses a body without a length that is too large, of a key that is in memory', async () => {
    await ask({ targetingKey: user });
    const parts = [
      JSON.stringify({ context: { targetingKey: user } }),
      ' '.repeat(10_000),
      ' '.repeat(10_000),
    ];
    const response = await fetch(`${url}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: ReadableStream.from(parts.map((part) => Buffer.from(part))),
      duplex: 'half',
    });
    expect([response.status, await response.json()]).toMatchObject([400, { errorCode: 'PARSE_ERROR' }]);
  });

  const askAll = async (context: object = { targetingKey: user }) => (await ask(context)).json as SentSet;
  const askOne = async (flag: string, context: object = { targetingKey: user }) =>
    (await ask(context, { flag })).json as SentFlag;
  const revokeKeys = async () => {
    for (const { id, revokedAt } of await apiKeys.list(tenantId))
      if (revokedAt === null) await apiKeys.revoke(actor, id);
  };

  // First, as long as its clock is that of this process.
  describe('another process', () => {
    it('tells of a change, ends the stream of a revoked key, and ends all when it stops', async () => {
      const port = String(await freePort());
      const server = spawnServer({ ...planlens.environment, PORT: port });
      await untilReady(`http://localhost:${port}`);
      const openThere = async () => {
        const { eventStreams } = await askAll();
        const address = new URL(eventStreams[0]?.url ?? '');
        const listening = listenTo(Object.assign(address, { port }).href);
        await expect.poll(() => listening.source.readyState).toBe(1);
        return listening;
      };
      const { source, events } = await openThere();
      const before = events.length;
      control.setPlan({ tenant: tenantId, associateId: 101, plan: 'ten-service' });
      await expect.poll(() => events.length).toBeGreaterThan(before);
      control.setPlan({ tenant: tenantId, associateId: 101, plan: 'ten-sales' });
      await expect.poll(async () => (await askOne('plan')).value).toMatch(/^sales-/);
      await revokeKeys();
      await expect.poll(() => source.readyState).toBe(2);
      key = await createApiKey(apiKeys);
      const last = await openThere();
      server.child.kill('SIGTERM');
      await expect.poll(() => last.source.readyState, { timeout: 4_000 }).not.toBe(1);
      last.source.close();
      await server.ended();
    });
  });

  describe('evaluation', () => {
    it('answers for one flag what it answers for all', async () => {
      const { flags } = await askAll();
      expect(flags).toHaveLength(75);
      for (const key of ['knowledge-base', 'sales-guide', 'plan', 'addon-ai'])
        expect(await askOne(key)).toEqual(flags.find((each) => each.key === key));
    });

    it('knows a user by id or by name, and the tenant that the caller names', async () => {
      const byId = await askOne('plan');
      for (const context of [
        { targetingKey: ' 101 ' },
        { targetingKey: 'markus brandt' },
        { targetingKey: user, tenant: tenantId, lang: 'xx', mail: { nested: [1] } },
      ])
        expect(await askOne('plan', context)).toEqual(byId);
    });

    it('chooses the words by context.lang', async () => {
      const { metadata } = await askOne('knowledge-base', { targetingKey: user, lang: 'de' });
      expect(metadata.reasonText).toBe('Nicht in Ihrem Benutzerplan enthalten.');
      expect(metadata.help).toMatch(/^https:\/\/docs\.superoffice\.com\/de\//);
    });

    it('answers what another plan would enable', async () => {
      const plan = 'sales-premium+service-premium';
      expect((await askOne('knowledge-base')).value).toBe(false);
      expect((await askOne('knowledge-base', { targetingKey: user, plan })).value).toBe(true);
    });

    it('sends no request to SuperOffice for a user whose licenses are known', async () => {
      await untilCallbacksProcessed(planlens);
      await askAll();
      const before = control.requests({}).length;
      for (let each = 0; each < 20; each += 1)
        await askAll({ targetingKey: user, lang: ['en', 'de', 'nl'][each % 3] });
      expect(control.requests({})).toHaveLength(before);
    });

    it('compresses the flags for a client that accepts it', async () => {
      const { headers } = await ask({ targetingKey: user }, { headers: { 'accept-encoding': 'br' } });
      expect(headers.get('content-encoding')).toBe('br');
      expect(Number(headers.get('content-length'))).toBeLessThan(8_000);
    });
  });

  describe('evaluation before the app', () => {
    it('answers as the app does', async () => {
      const publishableKey = await createApiKey(apiKeys, { kind: 'publishable' });
      const token = await makeUserToken(url, { secretKey: key, publishableKey }, 101);
      const inApp = { 'x-api-key': publishableKey, authorization: `Bearer ${token}`, origin: browserOrigin };
      const headersOf = ({ headers }: { headers: Headers }) =>
        [...headers].filter(([name]) => !/^(date|etag|content-length|access-control-.*)$/.test(name));
      for (const flag of [undefined, 'sales-guide']) {
        const asked = flag === undefined ? {} : { flag };
        const first = await ask({ targetingKey: user }, asked);
        const later = await ask({ targetingKey: user }, { ...asked, headers: inApp });
        expect(headersOf(first)).toEqual(headersOf(later));
        if (flag !== undefined) expect(first.json).toEqual(later.json);
      }
    });

    it('counts a success in the metrics and does not log it', async () => {
      const lines = () => planlens.logged.filter((line) => line.includes('/flags/stakeholders')).length;
      const counted = async () => {
        const response = await fetch(`${url}/metrics`, {
          headers: { authorization: `Bearer ${metricsToken}` },
        });
        const route = 'route="/ofrep/v1/evaluate/flags/:key"';
        const pattern = new RegExp(
          `http_request_duration_seconds_count\\{[^}]*${route}[^}]*status="200"[^}]*\\} (\\d+)`,
        );
        return Number(pattern.exec(await response.text())?.[1] ?? 0);
      };
      /** Asks once. @returns how many lines it logged, after it was counted once */
      const linesOfOne = async () => {
        const before = { lines: lines(), counted: await counted() };
        await askOne('stakeholders');
        await expect.poll(counted).toBe(before.counted + 1);
        return lines() - before.lines;
      };
      // The app answers the first request with a key, and the first one after the notice of the key that was created above.
      await expect.poll(linesOfOne).toBe(0);
      expect(await linesOfOne()).toBe(0);
    });

    it('leaves a failure to the app, which logs it with the tenant, and its key counts it once', async () => {
      const { id = '' } = (await apiKeys.findByKey(key)) ?? {};
      const usesOf = async () => (await apiKeys.list(tenantId)).find((each) => each.id === id)?.uses;
      expect((await ask({ targetingKey: 'Nobody Here' }, { flag: 'forms' })).status).toBe(400);
      expect(await usesOf()).toBe(1);
      const refused = planlens.logged.filter((line) => line.includes(id) && line.includes('request refused'));
      expect(refused).toHaveLength(1);
      expect(refused[0]).toContain(`"tenantId":"${tenantId}"`);
      expect(planlens.logged.filter((line) => line.includes('/flags/forms')).length).toBeGreaterThan(0);
    });
  });

  describe('request that cannot be evaluated', () => {
    it.each<[string, unknown, string, string]>([
      ['no targeting key', {}, 'TARGETING_KEY_MISSING', 'associate id'],
      ['an empty targeting key', { targetingKey: ' ' }, 'TARGETING_KEY_MISSING', 'associate id'],
      ['a number as targeting key', { targetingKey: 101 }, 'INVALID_CONTEXT', 'must be text'],
      ['a long targeting key', { targetingKey: 'x'.repeat(201) }, 'INVALID_CONTEXT', '200 characters'],
      ['a targeting key with NUL', { targetingKey: 'a\0' }, 'INVALID_CONTEXT', 'character'],
      ['an unknown id', { targetingKey: '99999' }, 'INVALID_CONTEXT', 'no active user'],
      ['an id beyond all', { targetingKey: '9999999999' }, 'INVALID_CONTEXT', 'no active user'],
      ['an unknown name', { targetingKey: 'Nobody Atall' }, 'INVALID_CONTEXT', 'no active user'],
      ['an e-mail address', { targetingKey: 'a@b.example' }, 'INVALID_CONTEXT', 'no e-mail addresses'],
      ['another tenant', { targetingKey: user, tenant: 'Cust20003' }, 'INVALID_CONTEXT', 'another tenant'],
      ['an unknown plan', { targetingKey: user, plan: 'gold' }, 'INVALID_CONTEXT', 'one of'],
      ['a plan that is no text', { targetingKey: user, plan: 1 }, 'INVALID_CONTEXT', 'one of'],
      ['no context', undefined, 'PARSE_ERROR', 'context'],
      ['a list as context', [], 'PARSE_ERROR', 'context'],
    ])('with %s is refused, with what to do', async (_what, context, errorCode, details) => {
      for (const flag of [undefined, 'saint']) {
        const { status, json } = await ask(context, flag === undefined ? {} : { flag });
        const expected = { errorCode, errorDetails: expect.stringContaining(details) };
        expect([status, json]).toEqual([400, flag === undefined ? expected : { key: flag, ...expected }]);
      }
    });

    it.each<[string, string, Record<string, string>]>([
      ['is no JSON', '{"context":', {}],
      ['is empty', '', {}],
      ['is no object', '[]', {}],
      ['has another type', '{"context":{"targetingKey":"101"}}', { 'content-type': 'text/plain' }],
      ['is too large', JSON.stringify({ context: { targetingKey: '101', rest: 'x'.repeat(20_000) } }), {}],
    ])('is refused when its body %s', async (_what, body, headers) => {
      const { status, json } = await ask(null, { body, headers });
      expect([status, (json as { errorCode: string }).errorCode]).toEqual([400, 'PARSE_ERROR']);
    });

    it.each([
      ['POST', '/%', 400, 'PARSE_ERROR'],
      ['PUT', '', 405, 'GENERAL'],
      ['GET', '/saint', 405, 'GENERAL'],
    ])(
      'that reaches no flag is refused in the form of the protocol: %s %s',
      async (method, path, status, code) => {
        const headers = { accept: 'text/html', 'x-api-key': key };
        const response = await fetch(`${url}/ofrep/v1/evaluate/flags${path}`, { method, headers });
        expect([response.status, await response.json()]).toEqual([
          status,
          { errorCode: code, errorDetails: expect.any(String) },
        ]);
      },
    );

    it('for an unknown flag gets 404', async () => {
      const { status, json } = await ask({ targetingKey: user }, { flag: 'no-such-flag' });
      expect([status, json]).toEqual([
        404,
        { key: 'no-such-flag', errorCode: 'FLAG_NOT_FOUND', errorDetails: expect.any(String) },
      ]);
    });

    it('about several users of one name is refused', async () => {
      control.renameUser({
        tenant: tenantId,
        associateId: servicePremium.associateId,
        fullName: 'Markus Brandt',
      });
      planlens.passTime(elevenMinutes * 6);
      await planlens.reconcileDueTenants();
      await expect
        .poll(async () => {
          // A name is looked up again after ten minutes.
          planlens.passTime(elevenMinutes);
          return (await ask({ targetingKey: 'MARKUS BRANDT' })).json;
        })
        .toMatchObject({
          errorCode: 'INVALID_CONTEXT',
          errorDetails: expect.stringContaining('Several users'),
        });
    });
  });

  describe('caching', () => {
    it('answers 304 to the ETag of unchanged flags, and 200 to any other', async () => {
      const { headers, json } = await ask({ targetingKey: user });
      const etag = headers.get('etag') ?? '';
      for (const sent of [etag, etag.replace('W/', ''), `"a", ${etag}`, '*']) {
        const { status, headers: others } = await ask(
          { targetingKey: user },
          { headers: { 'if-none-match': sent } },
        );
        expect([sent, status, others.get('etag')]).toEqual([sent, 304, etag]);
      }
      const other = await ask({ targetingKey: user }, { headers: { 'if-none-match': '"other"' } });
      expect([other.status, other.json]).toEqual([200, json]);
    });

    it('has another ETag for another user, language, plan or key, and after newer data', async () => {
      const etagOf = async (context: object, headers = {}) =>
        (await ask({ targetingKey: user, ...context }, { headers })).headers.get('etag');
      const other = await createApiKey(apiKeys);
      const etags = [
        await etagOf({}),
        await etagOf({ targetingKey: '131' }),
        await etagOf({ lang: 'de' }),
        await etagOf({ plan: 'sales-premium' }),
        await etagOf({}, { 'x-api-key': other }),
      ];
      planlens.passTime(elevenMinutes);
      etags.push(await etagOf({}));
      expect(new Set(etags).size).toBe(etags.length);
    });
  });

  describe('data that are old or gone', () => {
    it('are marked by stale and asOf', async () => {
      const { metadata } = await askAll();
      planlens.passTime(elevenMinutes);
      control.fail({ operation: '*', with: 503 });
      const old = await askAll();
      expect(old.metadata).toMatchObject({ stale: true, asOf: metadata.asOf });
      expect(old.flags.every((each) => each.metadata.stale === true)).toBe(true);
      expect(old.flags.find((each) => each.key === 'sales-guide')?.value).toBe(true);
    });

    it('are unknown for a user about whom nothing was read', async () => {
      control.fail({ operation: '*', with: 503 });
      const { flags, metadata } = await askAll({ targetingKey: '132' });
      expect(metadata.stale).toBe(true);
      expect(flags.find((each) => each.key === 'sales-guide')).toMatchObject({ variant: 'unknown' });
    });
  });

  describe('ofrep-core', () => {
    it('understands every kind of answer', async () => {
      const api = new OFREPApi({ baseUrl: url, headers: [['X-API-Key', key]] });
      const context = { targetingKey: user };
      expect((await api.postEvaluateFlag('sales-guide', { context })).value).toMatchObject({ value: true });
      expect((await api.postEvaluateFlag('nothing', { context })).httpStatus).toBe(404);
      expect((await api.postEvaluateFlag('saint', { context: {} })).value).toMatchObject({
        errorCode: 'TARGETING_KEY_MISSING',
      });
      const all = await api.postBulkEvaluateFlags({ context });
      const etag = all.httpResponse?.headers.get('etag') ?? null;
      expect((await api.postBulkEvaluateFlags({ context }, etag)).httpStatus).toBe(304);
      await revokeKeys();
      await expect(api.postEvaluateFlag('saint', { context })).rejects.toThrow('unauthorized');
      api.close();
    });

    it('learns from a key without the scope that it is forbidden', async () => {
      const exporting = await createApiKey(apiKeys, { scopes: ['export'] });
      const api = new OFREPApi({ baseUrl: url, headers: [['X-API-Key', exporting]] });
      await expect(api.postEvaluateFlag('saint', { context: { targetingKey: user } })).rejects.toThrow(
        'forbidden',
      );
    });
  });

  describe('event stream', () => {
    it('tells of a new plan, and the flags are those of the plan', async () => {
      const { eventStreams } = await askAll();
      const { source, events } = listenTo(eventStreams[0]?.url ?? '');
      await expect.poll(() => source.readyState).toBe(1);
      control.setPlan({ tenant: tenantId, associateId: 101, plan: 'ten-service' });
      await expect.poll(() => events.length).toBeGreaterThan(0);
      await expect.poll(async () => (await askOne('plan')).value).toMatch(/^service-/);
      source.close();
      control.setPlan({ tenant: tenantId, associateId: 101, plan: 'ten-sales' });
    });

    it('lets the licenses of its user be read when they have changed and nobody asks', async () => {
      const { eventStreams } = await askAll();
      const { source } = listenTo(eventStreams[0]?.url ?? '');
      await expect.poll(() => source.readyState).toBe(1);
      await untilCallbacksProcessed(planlens);
      control.clearRequests();
      await services.licenses.expireUsers(tenantId, [101, 102], Date.parse('2100-01-01'));
      const reads = () =>
        control.requests().filter(({ operation }) => operation === 'License.GetUserLicenses').length;
      await expect.poll(reads).toBe(1);
      source.close();
    });

    it('ends with its key', async () => {
      const { eventStreams } = await askAll();
      const { source } = listenTo(eventStreams[0]?.url ?? '');
      await expect.poll(() => source.readyState).toBe(1);
      await revokeKeys();
      await expect.poll(() => source.readyState).toBe(2);
    });

    it('answers HEAD at once, and opens no stream for it', async () => {
      const { eventStreams } = await askAll();
      const address = eventStreams[0]?.url ?? '';
      // More than one user may have open.
      for (let count = 0; count < 12; count += 1) {
        const response = await fetch(address, { method: 'HEAD' });
        expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
      }
      const { source } = listenTo(address);
      await expect.poll(() => source.readyState).toBe(1);
      source.close();
    });

    it.each(['', '?token=', '?token=a.b.c', '?token=1&token=2'])('is refused for %j', async (query) => {
      const response = await fetch(`${url}/ofrep/v1/events${query}`);
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([401, null]);
    });

    it('is refused with a token that was changed, that expired or that serves another use', async () => {
      const { eventStreams } = await askAll();
      const address = eventStreams[0]?.url ?? '';
      const publishableKey = await createApiKey(apiKeys, { kind: 'publishable' });
      const userToken = await makeUserToken(url, { secretKey: key, publishableKey }, 101);
      const statusOf = async (each: string) => (await fetch(each)).status;
      expect(await statusOf(`${address.slice(0, -3)}abc`)).toBe(401);
      expect(await statusOf(`${url}/ofrep/v1/events?token=${userToken}`)).toBe(401);
      planlens.passTime(61 * 60_000);
      expect(await statusOf(address)).toBe(401);
    });

    it('may be opened whatever the Host header, and its token is not logged', async () => {
      const { eventStreams } = await askAll();
      const { source } = listenTo(eventStreams[0]?.url ?? '');
      await expect.poll(() => source.readyState).toBe(1);
      source.close();
      const token = new URL(eventStreams[0]?.url ?? '').searchParams.get('token') ?? 'none';
      await expect
        .poll(() => planlens.logged.some((line) => line.includes('"path":"/ofrep/v1/events"')))
        .toBe(true);
      expect(planlens.logged.filter((line) => line.includes(token))).toEqual([]);
    });
  });

  describe('browser', () => {
    it('asks about its user only, from an origin of its key', async () => {
      const publishableKey = await createApiKey(apiKeys, { kind: 'publishable' });
      const token = await makeUserToken(url, { secretKey: key, publishableKey }, 101);
      const headers = {
        'x-api-key': publishableKey,
        authorization: `Bearer ${token}`,
        origin: browserOrigin,
      };
      const own = await ask({ targetingKey: user }, { headers });
      expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, browserOrigin]);
      expect(own.headers.get('access-control-expose-headers')).toContain('ETag');
      for (const other of ['131', 'Nobody', '99999'])
        expect((await ask({ targetingKey: other }, { headers })).status).toBe(403);
    });

    it('gets a preflight answer for both routes', async () => {
      await createApiKey(apiKeys, { kind: 'publishable' });
      for (const path of ['flags', 'flags/saint']) {
        const response = await fetch(`${url}/ofrep/v1/evaluate/${path}`, {
          method: 'OPTIONS',
          headers: { origin: browserOrigin, 'access-control-request-method': 'POST' },
        });
        expect(response.headers.get('access-control-allow-headers')).toContain('if-none-match');
      }
    });
  });

  describe('ofrep-web-provider', () => {
    const given = globalThis as { EventSource?: unknown };
    beforeAll(() => {
      given.EventSource = TestEventSource;
    });
    afterAll(async () => {
      await OpenFeature.close();
      delete given.EventSource;
      for (const source of TestEventSource.opened.splice(0)) source.close();
    });

    /** The web SDK with the provider, as a page uses it. */
    async function openPage() {
      const provider = new OFREPWebProvider({
        baseUrl: url,
        headersFactory: async () => [['X-API-Key', key]],
        cacheMode: 'disabled',
      });
      await OpenFeature.setContext({ targetingKey: user });
      // The SDK was compiled without exact optional properties.
      await OpenFeature.setProviderAndWait(provider as Provider);
      return OpenFeature.getClient();
    }

    it('evaluates flags with their reasons, and leaves what is unknown to the default of the caller', async () => {
      const client = await openPage();
      expect(client.getBooleanDetails('sales-guide', false)).toMatchObject({
        value: true,
        variant: 'enabled',
        reason: 'TARGETING_MATCH',
        flagMetadata: { plan: 'sales-premium', reasonCode: 'granted' },
      });
      expect(client.getStringValue('plan', 'none')).toBe('sales-premium');
      for (const fallback of ['one', 'other'])
        expect(client.getStringDetails('suite-plan', fallback)).toMatchObject({
          value: fallback,
          variant: 'not-applicable',
        });
    });

    it('follows a change of the plan by push, also after the connection broke', async () => {
      const client = await openPage();
      const changes: unknown[] = [];
      OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, (details) =>
        changes.push(details?.flagsChanged),
      );
      await expect.poll(() => TestEventSource.opened.at(-1)?.readyState).toBe(1);
      control.setPlan({ tenant: tenantId, associateId: 101, plan: 'ten-service' });
      await expect.poll(() => client.getBooleanValue('sales-guide', true)).toBe(false);
      expect(changes.length).toBeGreaterThan(0);
      TestEventSource.opened.at(-1)?.breakConnection();
      control.setPlan({ tenant: tenantId, associateId: 101, plan: 'ten-sales' });
      await expect.poll(() => client.getBooleanValue('sales-guide', false)).toBe(true);
    });

    it('stops for a revoked key, and starts with a new one', async () => {
      await openPage();
      await revokeKeys();
      await expect(openPage()).rejects.toThrow('Initialization failed');
      key = await createApiKey(apiKeys);
      expect((await openPage()).getBooleanValue('sales-guide', false)).toBe(true);
    });
  });

  describe('tenant', () => {
    it('that SuperOffice suspended has every feature off', async () => {
      const tenant = await services.tenants.find(tenantId);
      if (tenant === null) throw new Error('no tenant');
      await services.tenants.saveStatus(tenant, 'suspended');
      const { flags, metadata } = await askAll();
      expect(flags.every((each) => each.reason === 'DISABLED' && each.variant === 'lapsed')).toBe(true);
      expect(metadata.reasonCode).toBe('tenant-suspended');
      await services.tenants.saveStatus(tenant, 'active');
      expect((await askOne('sales-guide')).value).toBe(true);
    });

    it('that is removed ends keys and streams', async () => {
      const { eventStreams } = await askAll();
      const { source } = listenTo(eventStreams[0]?.url ?? '');
      await expect.poll(() => source.readyState).toBe(1);
      const tenant = await services.tenants.find(tenantId);
      if (tenant === null) throw new Error('no tenant');
      await services.tenants.purge(tenant, null);
      await expect.poll(() => source.readyState).toBe(2);
      expect((await ask({ targetingKey: user })).status).toBe(401);
      await install(planlens);
    });
  });

  it('tells a client that fails too often when to try again', async () => {
    planlens.stopTime();
    const wrong = { 'X-API-Key': `pls_${'x'.repeat(43)}` };
    const ask = () => fetch(`${url}/ofrep/v1/evaluate/flags/saint`, { method: 'POST', headers: wrong });
    await Promise.all(Array.from({ length: 300 }, ask));
    const api = new OFREPApi({ baseUrl: url, headers: Object.entries(wrong) });
    await expect(api.postEvaluateFlag('saint', { context: {} })).rejects.toMatchObject({
      name: 'OFREPApiTooManyRequestsError',
      retryAfterSeconds: expect.any(Number),
    });
    api.close();
  });
});
