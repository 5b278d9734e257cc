import { generateKeyPairSync } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CookieClient } from '../../sandbox/cookie-client.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { emptyDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { keyringText } from '../support/keyrings.ts';
import { isLongForm } from '../support/long-form.ts';
import { appEnvironment, install, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { salesPremium } = testUsers;

/** An operator changes the portal or the app first, then restarts the app with another environment. */
describe('credential rotation', () => {
  let sandbox: Sandbox;
  let url: string;
  let environment: NodeJS.ProcessEnv;
  let server: ServerProcess;
  let cookieClient: CookieClient;

  beforeAll(async () => {
    url = `http://localhost:${await freePort()}`;
    sandbox = await startSandbox({ appUrl: url });
    environment = { ...appEnvironment(url, sandbox, await emptyDatabase()), LOG_LEVEL: 'error' };
    await start();
    await install({ sandbox, url });
    cookieClient = await signInToCrm({ sandbox }, salesPremium);
    expect(await heading()).toBe('Sales-Premium');
  });
  afterAll(async () => {
    server.child.kill('SIGKILL');
    await sandbox.close();
  });

  async function start(): Promise<void> {
    server = spawnServer(environment);
    await untilReady(url);
  }
  async function restartWith(changed: NodeJS.ProcessEnv): Promise<void> {
    server.child.kill('SIGTERM');
    await server.ended();
    environment = { ...environment, ...changed };
    await start();
  }
  const headingOf = (html: string) => /<h1>(.*?)<\/h1>/.exec(html)?.[1];
  const panel = () => panelUrl({ url }, salesPremium);
  const heading = async () => headingOf((await cookieClient.get(panel())).html);
  /** The heading for a session of eleven minutes: right after a sign-in, a view shows what is kept and reads nothing. */
  async function headingLater(): Promise<string | undefined> {
    const cookie = sessionCookie(environment, salesPremium, () => Date.now() - 11 * 60_000);
    return headingOf(await (await fetch(panel(), { headers: { cookie } })).text());
  }
  const status = async () => (await rowsIn(String(environment.DATABASE_URL), 'tenants'))[0]?.status;
  /** Makes the next view exchange a ticket: tickets are gone and license data has expired. */
  async function expireTicketsAndSnapshots(): Promise<void> {
    sandbox.control.expireTickets();
    const client = new Client({ connectionString: environment.DATABASE_URL });
    await client.connect();
    await client.query('delete from tickets');
    await client.query("update license_snapshots set read_at = read_at - interval '1 hour'");
    await client.end();
  }
  const exchanges = () =>
    sandbox.control.requests().filter(({ operation }) => operation === 'SystemUser.Authenticate').length;

  /** Expects panel and consent after a restart with the credential that the portal has replaced, and after one with the new one. */
  async function expectSurvival(changed: NodeJS.ProcessEnv): Promise<void> {
    await expireTicketsAndSnapshots();
    await restartWith({});
    sandbox.control.clearRequests();
    expect(await headingLater()).toBe('Sales-Premium');
    expect(exchanges()).toBeGreaterThan(0);
    expect(await status()).toBe('active');

    await restartWith(changed);
    expect(await headingLater()).toBe('Sales-Premium');
    await expect.poll(async () => (await rowsIn(String(environment.DATABASE_URL), 'tickets')).length).toBe(1);
  }

  it('SESSION_KEYS: a session signed with the old key stays valid after a new key is prepended', async () => {
    await restartWith({ SESSION_KEYS: `${keyringText('fresh')},${environment.SESSION_KEYS}` });
    sandbox.control.clearRequests();
    expect(await heading()).toBe('Sales-Premium');
    expect(
      sandbox.control.requests().filter(({ operation }) => operation.startsWith('Login.')),
    ).not.toContainEqual(expect.objectContaining({ operation: 'Login.Authorize' }));
  });

  it.runIf(isLongForm)(
    'SUPEROFFICE_PRIVATE_KEY: panel and consent survive until the app restarts with the new key',
    async () => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const pem = (key: typeof publicKey) => key.export({ type: 'spki', format: 'pem' }).toString();
      sandbox.control.setRegistration({ publicKey: pem(publicKey) });
      await expectSurvival({
        SUPEROFFICE_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      });
    },
  );

  // certifies R3
  it('SUPEROFFICE_CLIENT_SECRET: panel and consent survive until the app restarts with the new secret', async () => {
    sandbox.control.setRegistration({ clientSecret: 'another secret' });
    await expectSurvival({ SUPEROFFICE_CLIENT_SECRET: 'another secret' });
  });
});
