import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { checkApp } from '../../src/doctor/check-app.ts';
import type { CheckResult } from '../../src/doctor/check-result.ts';
import { checkTenant } from '../../src/doctor/check-tenant.ts';
import { deleteWebhook } from '../../src/superoffice/api/webhooks.ts';
import { connectSuperOffice } from '../../src/superoffice/client.ts';
import { createHttp } from '../../src/superoffice/transport/http.ts';
import { install, installedPlanlens, testUsers } from '../support/planlens.ts';
import { spawnCli } from '../support/server-process.ts';

const { tenantId } = testUsers.administrator;
const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};

describe('doctor', async () => {
  const planlens = await installedPlanlens();
  const { sandbox, environment, services } = planlens;
  const { control } = sandbox;
  afterEach(() => {
    control.setTenantState({ tenant: tenantId, state: 'Running' });
    control.approve({ tenant: tenantId });
  });

  /** Deletes every webhook but ours, as an administrator does. */
  async function removeCopies(): Promise<void> {
    const [tenant, own] = [await services.tenants.find(tenantId), await services.webhooks.find(tenantId)];
    if (tenant === null) throw new Error('not installed');
    const apiClient = services.superOffice.webApi.asSystemUser(tenant);
    for (const { WebhookId } of control.getSetup({ tenant: tenantId }).webhooks)
      if (WebhookId !== own?.webhookId) await deleteWebhook(apiClient, WebhookId);
  }

  /** The failed checks with a changed environment and clock, as `step: message -> remedy`. */
  async function failedChecks(changed: NodeJS.ProcessEnv = {}, aheadMs = 0): Promise<string[]> {
    const { superOffice: options, publicUrl } = loadConfig({ ...environment, ...changed });
    const now = () => Date.now() + aheadMs;
    const superOffice = connectSuperOffice({
      ...options,
      redirectUri: `${publicUrl}/auth/callback`,
      onCall: () => {},
      onStateReadAgain: () => {},
      onCircuitOpen: () => {},
      ticketStore: { find: async () => null, save: async () => {}, withLock: (_tenantId, work) => work() },
      acquireCall: async () => 0,
      now,
    });
    const http = createHttp({ timeoutMs: 5_000 });
    const tenant = await services.tenants.find(tenantId);
    if (tenant === null) throw new Error('not installed');
    const results: CheckResult[] = [];
    for await (const result of checkApp({
      loginUrl: options.loginUrl,
      publicUrl,
      http,
      now,
      ...superOffice,
    }))
      results.push(result);
    const own = await services.webhooks.findOrCreate(tenantId);
    const webhook = { address: `${environment.PUBLIC_URL}/callbacks/webhooks/`, webhookId: own.webhookId };
    for await (const result of checkTenant({ tenant, webhook, ...superOffice })) results.push(result);
    return results
      .filter(({ ok }) => ok === false)
      .map(({ step, message, remedy }) => `${step}: ${message} -> ${remedy}`);
  }

  it('reports no failed check for a correct configuration', async () => {
    expect(await failedChecks()).toEqual([]);
  });

  const other = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
  it.each<[string, NodeJS.ProcessEnv, string[]]>([
    ['a wrong client ID', { SUPEROFFICE_CLIENT_ID: 'f'.repeat(32) }, ['redirect URL: ']],
    ['a wrong client secret', { SUPEROFFICE_CLIENT_SECRET: 'another' }, ['system user: SuperOffice refuses']],
    [
      'a private key that does not match the registered public key',
      { SUPEROFFICE_PRIVATE_KEY: other().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      ['system user: SuperOffice does not accept the signature'],
    ],
    [
      'a redirect URL that is not registered',
      { PUBLIC_URL: 'http://localhost:1' },
      ['redirect URL: SuperOffice does not accept http://localhost:1/auth/callback', 'public URL: '],
    ],
    [
      'a web API host that is not allowed',
      { SUPEROFFICE_API_HOSTS: '.superoffice.com' },
      ['tenant: Cust20001 is on a host that is not allowed to receive credentials'],
    ],
    [
      'a host name that cannot be resolved',
      { SUPEROFFICE_LOGIN_URL: 'https://nowhere.invalid' },
      ['DNS: nowhere.invalid cannot be resolved', 'tenant: '],
    ],
    [
      'a host that does not respond',
      { SUPEROFFICE_LOGIN_URL: 'http://localhost:1' },
      ['environment: http://localhost:1 does not respond', 'tenant: '],
    ],
  ])('reports %s and a remedy without revealing secrets', async (_what, changed, expected) => {
    const failures = await failedChecks(changed);
    expect(failures).toHaveLength(expected.length);
    for (const [index, start] of expected.entries()) {
      expect(failures[index]?.startsWith(start), `${failures[index]}`).toBe(true);
      expect(failures[index]).toMatch(/ -> .{10}/);
    }
    expect(failures.join()).not.toMatch(/BEGIN|another/);
  });

  it('reports a clock that is one hour off and its direction', async () => {
    const [ahead] = await failedChecks({}, 60 * 60_000);
    expect(ahead).toMatch(/^clock: This machine's clock is 60 minutes ahead\. -> .*NTP/);
    const [behind] = await failedChecks({}, -60 * 60_000);
    expect(behind).toContain('60 minutes behind');
  });

  it('reports a sign-in host of another environment', async () => {
    const impostor = createServer((_request, response) => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ issuer: sandbox.url }));
    });
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(impostor.address() as AddressInfo).port}`;
    const [failure] = await failedChecks({ SUPEROFFICE_LOGIN_URL: url });
    impostor.close();
    expect(failure).toMatch(
      /^environment: .* is not the sign-in of this SuperOffice environment\. -> .*SUPEROFFICE_ENVIRONMENT/,
    );
  });

  it.each<[string, () => void, string[]]>([
    [
      'a suspended tenant',
      () => control.setTenantState({ tenant: tenantId, state: 'Suspended' }),
      ['tenant: Cust20001 is not running: SuperOffice reports Suspended'],
    ],
    [
      'a revoked consent',
      () => control.revoke({ tenant: tenantId }),
      ['system user: The tenant revoked its consent'],
    ],
    [
      'a system user that is not enabled',
      () => control.fail({ operation: 'SystemUser.*', with: 403 }),
      ['system user: SuperOffice refuses the system user'],
    ],
    [
      'signing keys that cannot be fetched',
      () => control.fail({ operation: 'Login.Jwks', with: 500 }),
      ['JWKS: ', 'system user: '],
    ],
    [
      'missing permission for licenses',
      () => control.fail({ operation: 'License.*', with: 403 }),
      ['licenses: Not allowed: panels show'],
    ],
    [
      'missing permission for users',
      () => control.fail({ operation: 'Archive.*', with: 403 }),
      ['users: Not allowed'],
    ],
    [
      'missing permission for webhooks',
      () => control.fail({ operation: 'Webhook.*', with: 401 }),
      ['webhooks: Not allowed'],
    ],
    [
      'missing permission for web panels',
      () => control.fail({ operation: 'List.*', with: 403 }),
      ['web panels: Not allowed: the panel cannot be provisioned', 'panel visibility: '],
    ],
    [
      'an unavailable web API',
      () => control.fail({ operation: 'License.*', with: 503 }),
      ['licenses: No usable response (server-error)'],
    ],
    [
      'an unavailable tenant state',
      () => control.fail({ operation: 'State', with: 500 }),
      ['tenant: SuperOffice does not report the state of Cust20001 (server-error)'],
    ],
    [
      'a tenant that SuperOffice does not know',
      () => control.fail({ operation: 'State', with: 'null' }),
      ['tenant: SuperOffice does not know Cust20001'],
    ],
  ])('reports %s as a failed check', async (_what, injectFault, expected) => {
    injectFault();
    const failures = await failedChecks();
    expect(failures.map((each) => each.slice(0, expected[0]?.length ?? 0))[0]).toBe(expected[0]);
    expect(failures).toHaveLength(expected.length);
  });

  it('reports failed deliveries, a disabled webhook, copies of it, and its absence', async () => {
    const own = await services.webhooks.findOrCreate(tenantId);
    const webhookId = own.webhookId ?? 0;
    const [entity] = control.getSetup({ tenant: tenantId }).webhooks;
    if (entity === undefined) throw new Error('no webhook');
    const copy = control.copyWebhook({ tenant: tenantId, webhookId, keepSecret: true });
    Object.assign(entity, {
      TotalCalls: 40,
      TotalErrors: 12,
      ConsecutiveErrors: 3,
      LastError: 'Server: x\r\n\u001b[2J503',
    });
    const message = `webhook: Active: 12 of 40 calls failed, the last 3 in a row. Copies of it, which change nothing: ${copy.webhookId} (Stopped). Last error: Server: x [2J503 -> `;
    expect(await failedChecks()).toEqual([expect.stringContaining(message)]);
    Object.assign(entity, { ConsecutiveErrors: 9, State: 'TooManyErrors' });
    expect(await failedChecks()).toEqual([expect.stringMatching(/^webhook: TooManyErrors: /)]);
    Object.assign(entity, { ConsecutiveErrors: 0, State: 'Active' });
    expect(await failedChecks()).toEqual([]);
    Object.assign(entity, { WebhookId: 999 });
    expect(await failedChecks()).toEqual([
      expect.stringMatching(/^webhook: The webhook is not provisioned.* -> None needed/),
    ]);
    Object.assign(entity, { WebhookId: webhookId, TotalCalls: 0, TotalErrors: 0, LastError: '' });
    await removeCopies();
  });

  describe('doctor command', () => {
    const doctor = async (env: NodeJS.ProcessEnv, ...args: string[]) => {
      const command = spawnCli(['doctor', ...args], env);
      return { code: await command.ended(), output: command.output() };
    };

    it('prints the result of each check for the app and one tenant and exits with 0', async () => {
      const { code, output } = await doctor(environment, tenantId);
      expect([code, output.match(/^ok {4}/gm)?.length, output.match(/^FAIL/gm)]).toEqual([0, 21, null]);
      expect(output).toMatch(/^ok {4}database: PostgreSQL at [^\s@]+ accepts DATABASE_URL\.\n/);
      expect(output).toMatch(/^\? {5}client: .*\n {6}To find out, run `planlens doctor` with a tenant/m);
      expect(output).toMatch(/users: Allowed\. The archive InternalUsers lists \d+ active users\./);
      expect(output).toMatch(/panel visibility: .* The tenant accepts the list of web panels by its id\./);
      expect(output).toMatch(/^ok {4}webhook: Active: 0 of 0 calls failed, the last 0 in a row\.$/m);
      expect(output).toContain('ok    system user: The app can sign in as the tenant’s system user.');
    });

    it('names the problem of a database that cannot be used, without a tenant too', async () => {
      const { code, output } = await doctor({
        ...environment,
        DATABASE_URL: 'postgres://planlens@localhost:1/x',
      });
      expect([code, output]).toEqual([
        1,
        expect.stringMatching(/^PostgreSQL cannot be used: .*DATABASE_URL/),
      ]);
    });

    it('tells which form of undocumented calls a tenant accepts', async () => {
      control.fail({ operation: 'MDOList.Get', with: 403 });
      control.fail({ operation: 'Archive.InternalUsers', with: 403 });
      const { code, output } = await doctor(environment, tenantId);
      control.clearFaults();
      expect(code).toBe(0);
      expect(output).toMatch(/users: Allowed\. The archive AllUsers lists \d+ active users\./);
      expect(output).toMatch(/The tenant accepts the list of web panels by its caption\./);
    });

    it('tells which optional parts a tenant grants', async () => {
      await install(planlens, suiteAdministrator);
      control.fail({ operation: 'Dash.*', with: 403 });
      control.fail({ operation: 'Workflow.*', with: 500 });
      control.fail({ operation: 'License.GetShopUrl', with: 'null' });
      const { code, output } = await doctor(environment, suiteAdministrator.tenantId);
      control.clearFaults();
      expect(code).toBe(0);
      const optional = output.split('\n').filter((line) => line.includes('optional: '));
      expect(optional.map((line) => line.replace('optional: ', ''))).toEqual([
        'ok    limit of dashboards: Not allowed: the limit is shown without its use.',
        'ok    limit of projects: Allowed: 97 of 100 in use.',
        '?     limit of marketing flows: No usable response (server-error).',
        'ok    nearest limit: Allowed: 97 of 100 in use.',
        'ok    logins of users: Allowed: the last login is reported.',
        'ok    web shop: Allowed; SuperOffice reports nothing.',
        'ok    screens of Settings and maintenance: Allowed; SuperOffice reports nothing.',
      ]);
    });

    it('prints failed checks with a remedy and exits with 1', async () => {
      const { code, output } = await doctor(
        { ...environment, SUPEROFFICE_CLIENT_SECRET: 'a-wrong-client-secret' },
        tenantId,
      );
      expect([code, output.match(/^FAIL/gm)?.length]).toEqual([1, 1]);
      expect(output).toMatch(/FAIL {2}system user: .*\n {6}.*check SUPEROFFICE_CLIENT_SECRET/);
      const unknown = await doctor(environment, 'Cust29999');
      expect([unknown.code, unknown.output.trimEnd().split('\n').at(-1)]).toEqual([
        1,
        'FAIL  installation: Cust29999 has not installed the app.',
      ]);
    });
  });
});
