import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { migratedDatabase, runStatement } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { isLongForm } from '../support/long-form.ts';
import { appEnvironment, install, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';

/** The calls of an installation, and whether a kill at them leaves something behind: only these are in the short form. */
const killPoints: readonly (readonly [operation: string, nth: number, leavesData: boolean])[] = [
  // First, as a server caches the state.
  ['State', 1, false],
  ['Login.Tokens', 1, false],
  ['SystemUser.Authenticate', 1, true],
  ['List.GetWebPanelByProgId', 1, false],
  ['List.SaveWebPanelEntity', 1, true],
  ['MDOList.Get', 1, false],
  ['List.SetVisibleForUserGroups', 1, true],
  ['List.GetWebPanelByProgId', 2, false],
  ['List.SaveWebPanelEntity', 2, false],
  ['List.SetVisibleForUserGroups', 2, false],
  ['Webhook.List', 1, false],
  ['Webhook.Create', 1, true],
];

/** A server process, killed during an installation. */
describe('installation interrupted by kill -9', () => {
  let sandbox: Sandbox;
  let url: string;
  let environment: NodeJS.ProcessEnv;
  let server: ServerProcess;
  let databaseUrl: string;

  beforeAll(async () => {
    databaseUrl = await migratedDatabase();
    url = `http://localhost:${await freePort()}`;
    sandbox = await startSandbox({ appUrl: url });
    environment = { ...appEnvironment(url, sandbox, databaseUrl), LOG_LEVEL: 'error' };
    await startServer();
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.ended();
    await sandbox.close();
  });

  /** Resets the sandbox and deletes the tenant. */
  beforeEach(async () => {
    sandbox.control.reset();
    await runStatement(databaseUrl, 'delete from tenants');
  });

  async function startServer(): Promise<void> {
    server = spawnServer(environment);
    await untilReady(url);
  }

  const panelsIn = (html: string) =>
    [...html.matchAll(/<span class="state">([^<]+)<\/span>/g)].map(([, text]) => text);

  it.runIf(isLongForm)(
    'an installation interrupted by a kill goes on by itself within a minute after the restart',
    async () => {
      const { id } = sandbox.control.hold({ operation: 'List.SaveWebPanelEntity', nth: 2 });
      const interrupted = install({ sandbox, url }).catch((error: Error) => error);
      await sandbox.control.whenHeld({ id });
      server.child.kill('SIGKILL');
      await server.ended();
      sandbox.control.release({ id });
      await interrupted;

      await startServer();
      const { tenantId } = testUsers.administrator;
      const provisioned = () => {
        const { panels, webhooks } = sandbox.control.getSetup({ tenant: tenantId });
        return [panels.length, webhooks.length];
      };
      await expect.poll(provisioned, { timeout: 60_000 }).toEqual([2, 1]);
    },
  );

  it.each(isLongForm ? killPoints : killPoints.filter(([, , leavesData]) => leavesData))(
    'a second installation after a kill at %s (call %i) completes without duplicates',
    async (operation, nth) => {
      const { id } = sandbox.control.hold({ operation, nth });
      const interrupted = install({ sandbox, url }).catch((error: Error) => error);
      await sandbox.control.whenHeld({ id });
      server.child.kill('SIGKILL');
      await server.ended();
      sandbox.control.release({ id });
      expect(await interrupted).toBeInstanceOf(Error);

      await startServer();
      const setup = await install({ sandbox, url });
      expect(setup.status).toBe(200);
      expect(panelsIn(setup.html)).toHaveLength(3);
      expect(panelsIn(setup.html)).not.toContain('Failed');
      expect(await rowsIn(databaseUrl, 'tenants')).toHaveLength(1);

      const user = testUsers.salesPremium;
      const cookieClient = await signInToCrm({ sandbox }, user);
      expect(
        (await cookieClient.get(`${sandbox.url}/${user.tenantId}/`)).html.match(/PlanlensMain/g),
      ).toHaveLength(1);
      expect((await cookieClient.get(panelUrl({ url }, user))).html).toContain('<h1>Sales-Premium</h1>');
    },
  );
});
