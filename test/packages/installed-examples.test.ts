import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Client, Provider } from '@openfeature/server-sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiKey } from '../support/api-keys.ts';
import { copyExample, type ExampleServer, startExample } from '../support/examples.ts';
import { installedPlanlens, testUsers } from '../support/planlens.ts';
import { runNpm } from '../support/project-copy.ts';
import { root } from '../support/project-files.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
const context = { targetingKey: String(salesPremium.associateId) };

/** The types of the packages that an example installs; its server SDK is the one of the project. */
interface InstalledPackages {
  readonly OpenFeature: typeof import('@openfeature/server-sdk').OpenFeature;
  readonly OFREPProvider: new (options: {
    readonly baseUrl: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly fetchImplementation: typeof fetch;
  }) => Provider;
}

/** The examples with the packages that a partner installs: among them the only published provider of the server SDK. */
describe('installed examples', async () => {
  const { url, services, sandbox } = await installedPlanlens();
  const expressApp = copyExample('express-app');
  const browserApp = copyExample('browser-app');
  beforeAll(() => {
    for (const folder of [expressApp, browserApp]) runNpm(folder, 'ci', '--no-audit', '--no-fund');
  });
  afterAll(() => {
    for (const folder of [expressApp, browserApp]) rmSync(folder, { recursive: true });
  });

  let key = '';
  beforeEach(async () => {
    key = await createApiKey(services.apiKeys, { scopes: ['evaluate'] });
  });
  const revokeKeys = async () => {
    for (const { id, revokedAt } of await services.apiKeys.list(tenantId))
      if (revokedAt === null) await services.apiKeys.revoke(administrator, id);
  };

  const settings = () => ({
    PLANLENS_URL: url,
    PLANLENS_KEY: key,
    DEMO_USER: context.targetingKey,
  });

  describe('express-app', () => {
    it('passes the type checker with its own packages', () => {
      const config = {
        extends: join(root, 'examples', 'tsconfig.json'),
        compilerOptions: { typeRoots: [join(root, 'node_modules', '@types')] },
        include: ['*.js'],
        exclude: [],
      };
      writeFileSync(join(expressApp, 'tsconfig.json'), JSON.stringify(config));
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      const { stdout } = spawnSync(process.execPath, [tsc, '-p', expressApp], { encoding: 'utf8' });
      expect(stdout).toBe('');
    });

    it('answers for its user, and for nobody with a revoked key', async () => {
      const server = await startExample(expressApp, settings());
      const post = async (path: string) => (await fetch(server.url + path, { method: 'POST' })).status;
      expect([await post('/quotes'), await post('/mailings')]).toEqual([201, 403]);
      await revokeKeys();
      expect([await post('/quotes'), await post('/mailings')]).toEqual([201, 403]);
      await server.stop();
    });
  });

  it('browser-app serves every module that its page imports', async () => {
    const server: ExampleServer = await startExample(browserApp, {
      ...settings(),
      PLANLENS_PUBLISHABLE_KEY: await createApiKey(services.apiKeys, { kind: 'publishable' }),
    });
    const page = await (await fetch(server.url)).text();
    const modules = [...page.matchAll(/"(\/modules\/[^"]+)"/g)].map(([, path]) => path);
    expect(modules).toHaveLength(4);
    for (const path of modules) {
      const { status, headers } = await fetch(server.url + path);
      expect([path, status, headers.get('content-type')]).toEqual([
        path,
        200,
        expect.stringContaining('text/javascript'),
      ]);
    }
    const session = await (await fetch(`${server.url}/session`, { method: 'POST' })).json();
    expect(session).toMatchObject({ user: context.targetingKey, planlensUrl: url });
    await server.stop();
  });

  describe('ofrep-provider 0.1.3', () => {
    let packages: InstalledPackages;
    let requests = 0;
    beforeAll(() => {
      const load = createRequire(join(expressApp, 'package.json'));
      packages = { ...load('@openfeature/server-sdk'), ...load('@openfeature/ofrep-provider') };
    });
    afterAll(() => packages.OpenFeature.close());

    async function connect(apiKey = key): Promise<Client> {
      const { OpenFeature, OFREPProvider } = packages;
      const provider = new OFREPProvider({
        baseUrl: url,
        headers: [['X-API-Key', apiKey]],
        fetchImplementation: (...args) => {
          requests += 1;
          return fetch(...args);
        },
      });
      await OpenFeature.setProviderAndWait(provider);
      const client = OpenFeature.getClient();
      client.setLogger({ error() {}, warn() {}, info() {}, debug() {} });
      return client;
    }

    it('gets value, variant, reason and metadata', async () => {
      const client = await connect();
      expect(await client.getBooleanDetails('sales-guide', false, context)).toMatchObject({
        value: true,
        variant: 'enabled',
        reason: 'TARGETING_MATCH',
        flagMetadata: { plan: 'sales-premium', stale: false },
      });
      expect(await client.getStringValue('plan', 'none', context)).toBe('sales-premium');
      expect(await client.getBooleanDetails('mailings', true, context)).toMatchObject({
        value: false,
        variant: 'upgrade',
        flagMetadata: { upgradePlan: 'sales-premium+marketing-essential' },
      });
    });

    it('takes an unknown flag for an error and returns the default', async () => {
      sandbox.control.fail({ operation: '*', with: 503 });
      const client = await connect();
      for (const fallback of [true, false])
        expect(
          await client.getBooleanDetails('sales-guide', fallback, { targetingKey: '132' }),
        ).toMatchObject({ value: fallback, reason: 'ERROR', errorCode: 'GENERAL', flagMetadata: {} });
    });

    it('knows the errors of the protocol', async () => {
      const client = await connect();
      expect(await client.getBooleanDetails('no-such-feature', true, context)).toMatchObject({
        value: true,
        errorCode: 'FLAG_NOT_FOUND',
      });
      expect(await client.getBooleanDetails('sales-guide', true, {})).toMatchObject({
        value: true,
        errorCode: 'TARGETING_KEY_MISSING',
      });
      expect(await client.getBooleanDetails('sales-guide', true, { targetingKey: '99999' })).toMatchObject({
        errorCode: 'INVALID_CONTEXT',
        errorMessage: expect.stringContaining('no active user'),
      });
      expect(await client.getStringDetails('sales-guide', 'no', context)).toMatchObject({
        value: 'no',
        errorCode: 'TYPE_MISMATCH',
      });
    });

    it('returns the default from the moment a key is revoked', async () => {
      const client = await connect();
      expect(await client.getBooleanValue('sales-guide', false, context)).toBe(true);
      await revokeKeys();
      const refused = { value: false, reason: 'ERROR', errorCode: 'GENERAL' };
      expect(await client.getBooleanDetails('sales-guide', false, context)).toMatchObject(refused);
    });

    it('returns the default without the scope', async () => {
      const client = await connect(await createApiKey(services.apiKeys, { scopes: ['export'] }));
      expect(await client.getBooleanDetails('sales-guide', false, context)).toMatchObject({
        value: false,
        errorCode: 'GENERAL',
      });
    });

    it('waits as long as Retry-After says', async () => {
      const client = await connect(`pls_${'x'.repeat(43)}`);
      const ask = () => client.getBooleanDetails('sales-guide', true, context);
      await expect
        .poll(async () => (await ask()).errorMessage, { interval: 1 })
        .toMatch(/rate limit exceeded/);
      const sent = requests;
      const { value, errorMessage } = await ask();
      expect([value, errorMessage, requests]).toEqual([
        true,
        expect.stringContaining('paused due to TooManyRequests'),
        sent,
      ]);
    });
  });
});
