import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { askForUserToken, browserOrigin, createApiKey, makeUserToken } from '../support/api-keys.ts';
import { type AnswerCheck, createAnswerCheck } from '../support/openapi-answers.ts';
import { install, installedPlanlens, testUsers } from '../support/planlens.ts';
import { readText } from '../support/project-files.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};
const elevenMinutes = 11 * 60_000;

/** The fields of the answers that the tests look at. */
interface Decided {
  readonly key: string;
  readonly state: string;
  readonly enabled: boolean | null;
  readonly label: string;
  readonly reason: string;
  readonly reasonText: string;
  readonly evidence: readonly { readonly kind: string; readonly name?: string; readonly text: string }[];
  readonly documentation: { readonly url: string } | null;
  readonly upgrades: readonly {
    readonly plan: string;
    readonly action: string;
    readonly seatsFree: number | null;
    readonly alsoEnables?: readonly string[];
  }[];
}
interface Answer {
  readonly tenant: string;
  readonly licenseModel: string;
  readonly asOf: string | null;
  readonly stale: boolean;
  readonly pause: string | null;
  readonly language: string;
  readonly code: string;
  readonly detail?: string;
  readonly plan: { readonly kind: string; readonly key: string | null; readonly label: string };
  readonly feature: Decided;
  readonly addOns: readonly Decided[];
  readonly newerFeatures: readonly Decided[];
  readonly advice: null | {
    readonly adds: readonly string[];
    readonly alreadyEnabled: readonly string[];
    readonly undetermined: readonly string[];
    readonly upgrades: readonly { readonly plan: string }[];
  };
  readonly plans: readonly {
    readonly key: string;
    readonly isCurrent: boolean;
    readonly limits: object | null;
  }[];
  readonly features: readonly (Decided & { readonly states: Readonly<Record<string, string>> })[];
  readonly seats: readonly {
    readonly plan: string | null;
    readonly purchased: unknown;
    readonly free: unknown;
  }[];
  readonly unknownBecause: string | null;
  readonly limits: readonly {
    readonly name: string;
    readonly active: number | null;
    readonly level: string;
  }[];
  readonly users: readonly {
    readonly id: number;
    readonly name: string;
    readonly plan: { readonly key: string };
    readonly basis: string | null;
    readonly features: Readonly<Record<string, string>> | null;
  }[];
  readonly total: number;
  readonly next: string | null;
}

describe('license API for people and tools', async () => {
  const planlens = await installedPlanlens();
  const { url, services } = planlens;
  const { apiKeys, tenants } = services;
  const { control } = planlens.sandbox;
  const keys = { own: '', suite: '', limited: '', evaluate: '', explain: '', export: '' };
  let check: AnswerCheck;

  beforeAll(async () => {
    await install(planlens, suiteAdministrator);
    keys.own = await createApiKey(apiKeys);
    await install(planlens, testUsers.otherAdministrator);
    keys.suite = await createApiKey(apiKeys, { tenantId: suiteAdministrator.tenantId });
    keys.limited = await createApiKey(apiKeys, { tenantId: testUsers.otherAdministrator.tenantId });
    for (const scope of ['evaluate', 'explain', 'export'] as const)
      keys[scope] = await createApiKey(apiKeys, { scopes: [scope] });
    check = createAnswerCheck(await (await fetch(`${url}/api/v1/openapi.json`)).json());
  });

  /** Asks and checks the answer against the description of the API. */
  async function ask(path: string, key = keys.own, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`${url}/api/v1${path}`, { headers: { 'x-api-key': key, ...headers } });
    const text = await response.text();
    const body = text === '' ? null : (JSON.parse(text) as Answer);
    const type = response.headers.get('content-type');
    const [of = ''] = `/api/v1${path}`.split('?', 1);
    expect([path, check.violations('get', of, { status: response.status, type, body })]).toEqual([path, []]);
    return { status: response.status, headers: response.headers, body: body as Answer };
  }
  const read = async (path: string, key?: string) => (await ask(path, key)).body;
  const featureOf = async (key: string, query = '', user: number = salesPremium.associateId) =>
    (await read(`/users/${user}/features/${key}${query}`)).feature;
  const codeOf = async (path: string, key?: string, headers?: Record<string, string>) => {
    const { status, body } = await ask(path, key, headers);
    return [status, body.code, body.detail];
  };

  describe('description', () => {
    it('has every route of the license API, and no other', () => {
      const served = planlens.routes
        .filter(({ path }) => /^\/(api|ofrep)\/v1\//.test(path))
        .flatMap(({ path, methods }) =>
          methods.map((method) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`),
        );
      expect([...check.operations].sort()).toEqual(served.sort());
    });

    it('is public, and readable from any origin', async () => {
      const { status, headers } = await fetch(`${url}/api/v1/openapi.json`, {
        headers: { origin: 'https://editor.example' },
      });
      expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    });

    it('names fields that the answers must not have otherwise', () => {
      const answer = { status: 200, type: 'application/json', body: { tenant: 'Cust1' } };
      expect(check.violations('get', '/api/v1/seats', answer).length).toBeGreaterThan(0);
      const further = { token: 'a', user: 1, expiresAt: new Date(0).toISOString(), more: 1 };
      const made = { status: 201, type: 'application/json', body: further };
      expect(check.violations('post', '/api/v1/user-tokens', made)).toEqual([
        expect.stringContaining('additional properties'),
      ]);
    });

    it('describes what the other routes answer', async () => {
      const publishableKey = await createApiKey(apiKeys, { kind: 'publishable' });
      const post = async (path: string, body: unknown, headers = {}) => {
        const response = await fetch(`${url}${path}`, {
          method: 'POST',
          headers: { 'x-api-key': keys.own, 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        });
        const type = response.headers.get('content-type');
        const answer = { status: response.status, type, body: await response.json() };
        return [response.status, check.violations('post', path, answer)];
      };
      const context = { targetingKey: '101' };
      const flags = '/ofrep/v1/evaluate/flags';
      expect(await post('/api/v1/user-tokens', { user: 101, publishableKey })).toEqual([201, []]);
      expect(await post('/api/v1/user-tokens', { user: 0, publishableKey })).toEqual([400, []]);
      expect(await post('/api/v1/user-tokens', {}, { 'x-api-key': 'pls_' })).toEqual([401, []]);
      for (const path of [flags, `${flags}/saint`]) {
        expect(await post(path, { context })).toEqual([200, []]);
        expect(await post(path, { context: {} })).toEqual([400, []]);
        expect(await post(path, { context }, { 'x-api-key': 'pls_' })).toEqual([401, []]);
        expect(await post(path, { context }, { 'x-api-key': keys.export })).toEqual([403, []]);
      }
      expect(await post(`${flags}/nothing`, { context })).toEqual([404, []]);
    });
  });

  describe('features of a user', () => {
    it('are all explained, with add-ons and newer features', async () => {
      const answer = await read(`/users/${salesPremium.associateId}/features`);
      expect(answer).toMatchObject({
        tenant: tenantId,
        licenseModel: 'user-plans',
        stale: false,
        pause: null,
        plan: { kind: 'user-plan', key: 'sales-premium', label: 'Sales-Premium' },
        advice: null,
      });
      expect([answer.features.length, answer.addOns.length]).toEqual([68, 4]);
      expect(answer.newerFeatures.length).toBeGreaterThan(0);
      expect(Date.parse(answer.asOf ?? '')).toBeLessThanOrEqual(planlens.now());
      expect(answer.features.find(({ key }) => key === 'sales-guide')).toMatchObject({ enabled: true });
      for (const { evidence, documentation } of answer.features)
        expect(evidence.length + (documentation === null ? 0 : 1)).toBeGreaterThan(0);
    });

    it('are in the language that the request asks for, or else accepts', async () => {
      const german = await featureOf('knowledge-base', '?lang=de');
      expect(german.reasonText).toBe('Nicht in Ihrem Benutzerplan enthalten.');
      expect(german.documentation?.url).toContain('/de/');
      const { body, headers } = await ask(`/users/101/features/knowledge-base`, keys.own, {
        'accept-language': 'nb',
      });
      expect([body.language, headers.get('content-language')]).toEqual(['no', 'no']);
      expect(await codeOf('/users/101/features?lang=xx')).toEqual([400, 'api-request-malformed', 'lang']);
    });

    it('have the same state as their flags', async () => {
      const { features } = await read('/users/101/features');
      const response = await fetch(`${url}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        headers: { 'x-api-key': keys.own, 'content-type': 'application/json' },
        body: JSON.stringify({ context: { targetingKey: '101' } }),
      });
      const { flags } = (await response.json()) as {
        flags: { key: string; variant: string; value?: boolean }[];
      };
      for (const { key, state, enabled } of features) {
        const flag = flags.find((each) => each.key === key);
        expect([key, flag?.variant, flag?.value ?? null]).toEqual([key, state, enabled]);
      }
    });

    it('are answered together for an app that needs several', async () => {
      const { advice } = await read('/users/101/features?require=sales-guide,knowledge-base,mailings');
      expect(advice).toMatchObject({ adds: ['knowledge-base', 'mailings'], alreadyEnabled: ['sales-guide'] });
      expect(advice?.upgrades[0]?.plan).toMatch(/^sales-premium\+service-.*\+marketing-/);
      expect(await codeOf('/users/101/features?require=saint,nothing')).toEqual([
        400,
        'api-request-malformed',
        'require.1',
      ]);
    });
  });

  describe('one feature of a user', () => {
    it('comes with its modules, and every upgrade with what it changes besides', async () => {
      const { state, evidence, upgrades } = await featureOf('knowledge-base');
      expect(state).toBe('upgrade');
      expect(evidence.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['module', 'plan']));
      expect(evidence.every(({ text }) => text !== '')).toBe(true);
      const plans = upgrades.map(({ plan }) => plan);
      expect(plans[0]).toContain('sales-premium+service-');
      expect(upgrades[0]?.alsoEnables).toContain('request-management');
    });

    it('that is a group has the upgrades that add all its features', async () => {
      const group = (await read('/users/101/features')).features.find(
        ({ reason }) => reason === 'group-of-features',
      );
      expect(await featureOf(group?.key ?? '')).toMatchObject({ key: group?.key, isGroup: true });
    });

    it.each([
      ['/users/99999/features/saint', 404, 'api-user-unknown', '99999'],
      ['/users/0/features', 404, 'api-user-unknown', '0'],
      ['/users/me/features', 400, 'api-request-malformed', 'id'],
      ['/users/101/features/nothing', 404, 'api-feature-unknown', 'nothing'],
      ['/users/101/features/toString', 404, 'api-feature-unknown', 'toString'],
    ])('at %s is not found', async (path, ...expected) => {
      expect(await codeOf(path)).toEqual(expected);
    });
  });

  describe('plans', () => {
    it('say which plan has which feature, as licenses and documentation have it', async () => {
      const { plans, features } = await read('/plans');
      expect([plans.length, features.length]).toEqual([26, 68]);
      const guide = features.find(({ key }) => key === 'sales-guide');
      // The tenant has the site license, so that plans without Sales-Premium show the feature without editing.
      expect(guide?.states).toMatchObject({
        'sales-essential': 'view-only',
        'sales-premium': 'enabled',
        'sales-premium+service-essential': 'enabled',
      });
      const states = new Set(features.flatMap((each) => Object.values(each.states)));
      expect([...states]).toEqual(expect.arrayContaining(['enabled', 'upgrade', 'unknown']));
    });

    it('of CRM Suite have limits, and the tenant has one of them', async () => {
      const { licenseModel, plans, features } = await read('/plans?features=project-management', keys.suite);
      expect([licenseModel, plans.map(({ key }) => key), features.map(({ key }) => key)]).toEqual([
        'suite',
        ['starter', 'core', 'growth', 'plus', 'super'],
        ['project-management'],
      ]);
      expect(plans.filter(({ isCurrent }) => isCurrent).map(({ key }) => key)).toEqual(['core']);
      expect(plans[1]?.limits).toMatchObject({ 'active-projects': 100 });
    });
  });

  describe('seats', () => {
    it('are listed by plan', async () => {
      const { seats, unknownBecause, limits } = await read('/seats');
      expect(seats).toContainEqual(
        expect.objectContaining({ plan: 'sales-premium', free: expect.any(Number) }),
      );
      expect([unknownBecause, limits]).toEqual([null, []]);
    });

    it('of CRM Suite are those of its plan, with the limits', async () => {
      const { seats, limits } = await read('/seats', keys.suite);
      expect(seats.map(({ plan }) => plan)).toEqual(['core']);
      expect(limits).toContainEqual(
        expect.objectContaining({ name: 'active-projects', active: 97, level: 'near' }),
      );
    });

    it('are unknown if SuperOffice refuses the licenses', async () => {
      planlens.passTime(elevenMinutes);
      control.fail({ operation: '*', with: 503 });
      const { stale, seats } = await read('/seats');
      expect([stale, seats.length > 0]).toEqual([true, true]);
    });
  });

  describe('users', () => {
    it('are listed by name in pages, with the address of the next one', async () => {
      const all = await read('/users?pageSize=500');
      expect([all.next, all.users.length]).toEqual([null, all.total]);
      const names: string[] = [];
      for (let next: string | null = `${url}/api/v1/users?pageSize=7`; next !== null; ) {
        const page: Answer = await read(next.replace(`${url}/api/v1`, ''));
        names.push(...page.users.map(({ name }) => name));
        ({ next } = page);
      }
      expect(names).toEqual(all.users.map(({ name }) => name));
      expect(all.users.find(({ id }) => id === 101)).toMatchObject({
        name: 'Markus Brandt',
        plan: { key: 'sales-premium' },
        features: null,
        basis: null,
      });
    });

    it('have the states of the features that the request names, by their licenses or else by their plan', async () => {
      await read('/users/101/features');
      const before = control.requests({}).length;
      const { users } = await read('/users?pageSize=500&features=sales-guide,knowledge-base');
      expect(control.requests({})).toHaveLength(before);
      expect(users.find(({ id }) => id === 101)).toMatchObject({
        basis: 'licenses',
        features: { 'sales-guide': 'enabled', 'knowledge-base': 'upgrade' },
      });
      expect(users.find(({ basis }) => basis === 'plan')?.features).toHaveProperty('sales-guide');
    });

    it.each([
      ['page=0', 'page'],
      ['pageSize=501', 'pageSize'],
      ['page=1&page=2', 'page'],
      ['features=', 'features.0'],
    ])('are refused for %s', async (query, detail) => {
      expect(await codeOf(`/users?${query}`)).toEqual([400, 'api-request-malformed', detail]);
    });
  });

  describe('a key', () => {
    const paths = ['/users/101/features', '/users/101/features/saint', '/plans', '/seats', '/users'];

    it('is needed', async () => {
      for (const path of paths) {
        expect(await codeOf(path, 'pls_unknown')).toEqual([401, 'api-key-invalid', 'unknown key']);
      }
    });

    it('needs the scope of each answer', async () => {
      const allowed = async (key: string) => {
        const statuses = await Promise.all(paths.map(async (path) => (await ask(path, key)).status));
        return statuses.map((status) => status === 200);
      };
      expect(await allowed(keys.evaluate)).toEqual([false, false, false, false, false]);
      expect(await allowed(keys.explain)).toEqual([true, true, true, false, false]);
      expect(await allowed(keys.export)).toEqual([false, false, false, true, true]);
    });

    it('of a browser explains the features of its user only', async () => {
      const publishableKey = await createApiKey(apiKeys, {
        kind: 'publishable',
        scopes: ['evaluate', 'explain', 'export'],
      });
      const token = await makeUserToken(url, { secretKey: keys.own, publishableKey }, 101);
      const headers = { authorization: `Bearer ${token}`, origin: browserOrigin };
      const own = await ask('/users/101/features/saint', publishableKey, headers);
      expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, browserOrigin]);
      for (const path of ['/users/111/features', '/users/99999/features', '/plans', '/seats', '/users'])
        expect((await ask(path, publishableKey, headers)).status).toBe(403);
    });

    it('of another tenant finds no user of this one', async () => {
      expect(await codeOf('/users/101/features', keys.suite)).toEqual([404, 'api-user-unknown', '101']);
    });
  });

  describe('the example', () => {
    const examples = [...readText('docs/license-api.md').matchAll(/([^\n]+)\n\n```sh\n(.*?)```/gs)];

    it.each(examples.map(([, question = '', command = '']) => [question, command]))(
      '%s runs as it is documented',
      async (_question, command = '') => {
        const environment = { ...process.env, PLANLENS_URL: url, PLANLENS_KEY: keys.own };
        const { stdout } = await promisify(execFile)('sh', ['-c', command], { env: environment });
        const [, path = ''] = /PLANLENS_URL([^?"]+)/.exec(command) ?? [];
        const answer = { status: 200, type: 'application/json', body: JSON.parse(stdout) as unknown };
        expect(check.violations('get', path, answer)).toEqual([]);
      },
    );

    it('exists for each call that reads', () => {
      const paths = examples.map(([, , command = '']) => /PLANLENS_URL([^?"]+)/.exec(command)?.[1] ?? '');
      const reading = check.operations.filter((each) => /^get \/api\/v1\/(?!openapi)/.test(each));
      const untried = reading.filter(
        (each) =>
          !paths.some((path) => new RegExp(`^${each.slice(4).replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)),
      );
      expect(untried).toEqual([]);
    });
  });

  it('limits explanations and lists of a tenant, with the time to wait', async () => {
    planlens.stopTime();
    const headers = { 'x-api-key': keys.limited };
    const asking = Array.from({ length: 301 }, () => fetch(`${url}/api/v1/seats`, { headers }));
    const refused = (await Promise.all(asking)).find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused?.json()).toMatchObject({ code: 'api-limit' });
    expect((await ask('/seats')).status).toBe(200);
  });

  it('answers 304 to a client that has the answer, and never lets a shared cache keep it', async () => {
    for (const path of ['/users/101/features', '/users/101/features/saint', '/plans', '/seats', '/users']) {
      const first = await ask(path);
      const etag = first.headers.get('etag') ?? '';
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
      expect(first.headers.get('vary')).toMatch(/Origin.*X-API-Key/);
      const again = await ask(path, keys.own, { 'if-none-match': etag });
      expect([path, again.status, again.body]).toEqual([path, 304, null]);
      const german = await ask(path, keys.own, { 'if-none-match': etag, 'accept-language': 'de' });
      expect([path, german.status]).toEqual([path, 200]);
    }
  });

  it('says what is old or unknown', async () => {
    const before = await read('/users/101/features');
    planlens.passTime(elevenMinutes);
    control.fail({ operation: '*', with: 503 });
    const old = await read('/users/101/features');
    expect([old.stale, old.asOf]).toEqual([true, before.asOf]);
    const unknown = await featureOf('sales-guide', '', 132);
    expect(unknown).toMatchObject({ state: 'unknown', enabled: null, upgrades: [] });
  });

  it('says that nothing counts in a tenant that SuperOffice suspended', async () => {
    const tenant = await tenants.findCached(suiteAdministrator.tenantId);
    if (tenant === null) throw new Error('not installed');
    await tenants.saveStatus(tenant, 'suspended');
    const answer = await read('/users/201/features', keys.suite);
    expect(answer.pause).toBe('tenant-suspended');
    expect(new Set(answer.features.map(({ state }) => state))).toEqual(new Set(['lapsed']));
    expect(answer.features[0]?.reasonText).toMatch(/offline at the moment/);
    const { features } = await read('/plans', keys.suite);
    expect(new Set(features.flatMap(({ states }) => Object.values(states)))).toEqual(new Set(['lapsed']));
    const { seats, unknownBecause } = await read('/seats', keys.suite);
    expect([seats, unknownBecause]).toEqual([[], 'license-unknown']);
    const { users } = await read('/users?features=saint', keys.suite);
    expect(users[0]?.features).toEqual({ saint: 'lapsed' });
  });

  it('refuses the key of a removed tenant', async () => {
    const tenant = await tenants.findCached(suiteAdministrator.tenantId);
    if (tenant === null) throw new Error('not installed');
    await tenants.purge(tenant, null);
    expect((await codeOf('/seats', keys.suite))[0]).toBe(401);
    expect((await askForUserToken(url, keys.suite, {})).status).toBe(401);
  });
});
