import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { checkApp } from '../../src/doctor/check-app.ts';
import type { CheckResult } from '../../src/doctor/check-result.ts';
import { checkTenant } from '../../src/doctor/check-tenant.ts';
import { connectSuperOffice } from '../../src/superoffice/client.ts';
import { createHttp } from '../../src/superoffice/transport/http.ts';
import { installedPlanlens, people } from '../support/planlens.ts';
import { spawnCli } from '../support/server-process.ts';

const { tenantId } = people.administrator;

describe('doctor', async () => {
  const planlens = await installedPlanlens();
  const { sandbox, environment, services } = planlens;
  const { control } = sandbox;
  afterEach(() => {
    control.setTenantState({ tenant: tenantId, state: 'Running' });
    control.approve({ tenant: tenantId });
  });

  /** What an examination finds wrong under a changed environment, as `step: says -> mend`. */
  async function wrongWith(changed: NodeJS.ProcessEnv = {}, aheadMs = 0): Promise<string[]> {
    const { superOffice: options, publicUrl } = loadConfig({ ...environment, ...changed });
    const now = () => Date.now() + aheadMs;
    const superOffice = connectSuperOffice({
      ...options,
      redirectUri: `${publicUrl}/auth/callback`,
      onCall: () => {},
      onCircuitOpen: () => {},
      ticketStore: { find: async () => null, save: async () => {}, withLock: (_tenantId, work) => work() },
      acquireCall: async () => 0,
      now,
    });
    const http = createHttp({ timeoutMs: 5_000 });
    const tenant = await services.tenants.find(tenantId);
    if (tenant === null) throw new Error('not installed');
    const found: CheckResult[] = [];
    for await (const finding of checkApp({
      loginUrl: options.loginUrl,
      publicUrl,
      http,
      now,
      ...superOffice,
    }))
      found.push(finding);
    for await (const finding of checkTenant({ tenant, ...superOffice })) found.push(finding);
    return found
      .filter(({ ok }) => !ok)
      .map(({ step, message, remedy }) => `${step}: ${message} -> ${remedy}`);
  }

  it('reports no failed check for a correct configuration', async () => {
    expect(await wrongWith()).toEqual([]);
  });

  const other = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
  it.each<[string, NodeJS.ProcessEnv, string[]]>([
    [
      'a wrong client ID',
      { SUPEROFFICE_CLIENT_ID: 'f'.repeat(32) },
      ['client: SuperOffice does not know this client ID', 'redirect URL: '],
    ],
    [
      'a wrong client secret',
      { SUPEROFFICE_CLIENT_SECRET: 'another' },
      ['client: ', 'system user: SuperOffice refuses'],
    ],
    [
      'a key that is not the registered one',
      { SUPEROFFICE_PRIVATE_KEY: other().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      ['system user: SuperOffice does not accept our signature'],
    ],
    [
      'a redirect URL that is not registered',
      { PUBLIC_URL: 'http://localhost:1' },
      ['redirect URL: SuperOffice does not take http://localhost:1/auth/callback', 'public address: '],
    ],
    [
      'a host of the web API that is not allowed',
      { SUPEROFFICE_API_HOSTS: '.superoffice.com' },
      ['tenant: Cust20001 is on a host that gets no credential of ours'],
    ],
    [
      'a name without an address',
      { SUPEROFFICE_LOGIN_URL: 'https://nowhere.invalid' },
      ['name: nowhere.invalid has no address here', 'tenant: '],
    ],
    [
      'a host that does not answer',
      { SUPEROFFICE_LOGIN_URL: 'http://localhost:1' },
      ['environment: http://localhost:1 does not answer', 'tenant: '],
    ],
  ])('reports %s and a remedy without revealing secrets', async (_what, changed, wrong) => {
    const found = await wrongWith(changed);
    expect(found).toHaveLength(wrong.length);
    for (const [index, begins] of wrong.entries()) {
      expect(found[index]?.startsWith(begins), `${found[index]}`).toBe(true);
      expect(found[index]).toMatch(/ -> .{10}/);
    }
    expect(found.join()).not.toMatch(/BEGIN|another/);
  });

  it('reports a clock that is one hour off and its direction', async () => {
    const [ahead] = await wrongWith({}, 60 * 60_000);
    expect(ahead).toMatch(/^clock: This machine's clock is 60 minutes ahead\. -> .*NTP/);
    const [behind] = await wrongWith({}, -60 * 60_000);
    expect(behind).toContain('60 minutes behind');
  });

  it('reports a sign-in host of another environment', async () => {
    const impostor = createServer((_request, response) => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ issuer: sandbox.url }));
    });
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(impostor.address() as AddressInfo).port}`;
    const [found] = await wrongWith({ SUPEROFFICE_LOGIN_URL: url });
    impostor.close();
    expect(found).toMatch(
      /^environment: .* is not a sign-in of SuperOffice, or another environment's\. -> .*SUPEROFFICE_ENVIRONMENT/,
    );
  });

  it.each<[string, () => void, string[]]>([
    [
      'a suspended tenant',
      () => control.setTenantState({ tenant: tenantId, state: 'Suspended' }),
      ['tenant: Cust20001 does not run: SuperOffice says Suspended'],
    ],
    [
      'a withdrawn approval',
      () => control.revoke({ tenant: tenantId }),
      ['system user: The tenant withdrew its approval'],
    ],
    [
      'a system user that is not enabled',
      () => control.fail({ operation: 'SystemUser.*', with: 403 }),
      ['system user: SuperOffice refuses the system user'],
    ],
    [
      'keys that cannot be fetched',
      () => control.fail({ operation: 'Login.Jwks', with: 500 }),
      ['signing keys: ', 'system user: '],
    ],
    [
      'licences that are not granted',
      () => control.fail({ operation: 'License.*', with: 403 }),
      ['licences: Not allowed; without it panels show'],
    ],
    [
      'users that are not granted',
      () => control.fail({ operation: 'Archive.*', with: 403 }),
      ['users: Not allowed'],
    ],
    [
      'webhooks that are not granted',
      () => control.fail({ operation: 'Webhook.*', with: 401 }),
      ['webhooks: Not allowed'],
    ],
    [
      'web panels that are not granted',
      () => control.fail({ operation: 'List.*', with: 403 }),
      ['web panels: Not allowed; without it the panel cannot be set up'],
    ],
    [
      'a web API in trouble',
      () => control.fail({ operation: 'License.*', with: 503 }),
      ['licences: Gave no usable answer (server-error)'],
    ],
    [
      'a state nobody tells',
      () => control.fail({ operation: 'State', with: 500 }),
      ['tenant: SuperOffice tells nothing of Cust20001 (server-error)'],
    ],
    [
      'a customer SuperOffice does not know',
      () => control.fail({ operation: 'State', with: 'null' }),
      ['tenant: SuperOffice does not know Cust20001'],
    ],
  ])('reports %s as a failed check', async (_what, plant, wrong) => {
    plant();
    const found = await wrongWith();
    expect(found.map((each) => each.slice(0, wrong[0]?.length ?? 0))[0]).toBe(wrong[0]);
    expect(found).toHaveLength(wrong.length);
  });

  describe('doctor command', () => {
    const doctor = async (env: NodeJS.ProcessEnv, ...line: string[]) => {
      const command = spawnCli(['doctor', ...line], env);
      return { code: await command.ended(), said: command.output() };
    };

    it('prints the result of each check for the app and one tenant and exits with 0', async () => {
      const { code, said } = await doctor(environment, tenantId);
      expect([code, said.match(/^good {2}/gm)?.length, said.match(/^BAD/gm)]).toEqual([0, 12, null]);
      expect(said).toContain('good  system user: The app can become the tenant’s system user.');
    });

    it('prints failed checks with a remedy and exits with 1', async () => {
      const { code, said } = await doctor({
        ...environment,
        SUPEROFFICE_CLIENT_SECRET: 'a-wrong-client-secret',
      });
      expect([code, said.match(/^BAD/gm)?.length]).toEqual([1, 1]);
      expect(said).toMatch(
        /BAD {3}client: .*\n {6}Compare SUPEROFFICE_CLIENT_ID and SUPEROFFICE_CLIENT_SECRET/,
      );
      const unknown = await doctor(environment, 'Cust29999');
      expect([unknown.code, unknown.said.trimEnd().split('\n').at(-1)]).toEqual([
        1,
        'BAD   installation: Cust29999 has not installed the app.',
      ]);
    });
  });
});
