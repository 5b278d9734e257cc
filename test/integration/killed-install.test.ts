import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { migratedDatabase, runStatement } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { appEnvironment, install, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';

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

  it.each([
    // First, as a server caches the state.
    ['State', 1],
    ['Login.Tokens', 1],
    ['SystemUser.Authenticate', 1],
    ['List.GetWebPanelByProgId', 1],
    ['List.SaveWebPanelEntity', 1],
    ['List.SetVisibleForUserGroupsFromListName', 1],
    ['List.GetWebPanelByProgId', 2],
    ['List.SaveWebPanelEntity', 2],
    ['List.SetVisibleForUserGroupsFromListName', 2],
    ['Webhook.List', 1],
    ['Webhook.Create', 1],
  ])(
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
