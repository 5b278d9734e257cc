import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';
import { prepareEmbeddedPostgresPaths } from '../../src/database/embedded-postgres-paths.ts';
import { emptyDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { isLongForm } from '../support/long-form.ts';
import {
  appEnvironment,
  getVisibleText,
  install,
  panelUrl,
  signInToCrm,
  submit,
  testUsers,
} from '../support/planlens.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;

const databases = ['the embedded PostgreSQL', 'a DATABASE_URL'];

/** The server as an operator starts it. The short form leaves out a DATABASE_URL, with which most other tests run. */
describe.each(isLongForm ? databases : databases.slice(0, 1))('tenant lifecycle on %s', (kind) => {
  let sandbox: Sandbox;
  let url: string;
  let dataDir: string;
  let environment: NodeJS.ProcessEnv;
  let server: ServerProcess;

  beforeAll(async () => {
    url = `http://localhost:${await freePort()}`;
    sandbox = await startSandbox({ appUrl: url });
    dataDir = await mkdtemp(join(tmpdir(), 'planlens-battery-'));
    const database =
      kind === 'a DATABASE_URL' ? { DATABASE_URL: await emptyDatabase() } : { DATABASE_URL: '' };
    environment = { ...appEnvironment(url, sandbox, ''), ...database, DATA_DIR: dataDir, LOG_LEVEL: 'error' };
    await start();
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.ended();
    await sandbox.close();
    const { home } = await prepareEmbeddedPostgresPaths(dataDir);
    await Promise.all([dataDir, home].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  async function start(): Promise<void> {
    server = spawnServer(environment);
    await untilReady(url);
  }
  async function panel(): Promise<string | undefined> {
    const cookieClient = await signInToCrm({ sandbox }, salesPremium);
    return /<h1>(.*?)<\/h1>/.exec((await cookieClient.get(panelUrl({ url }, salesPremium))).html)?.[1];
  }
  const webhookAddress = () => sandbox.control.getSetup({ tenant: tenantId }).webhooks[0]?.TargetUrl ?? '';

  it('installs the app and shows the panel', async () => {
    expect((await install({ sandbox, url })).html).toContain('<h1>Planlens is installed</h1>');
    expect(await panel()).toBe('Sales-Premium');
  });

  it('applies a plan change from its webhook and rejects a forged event', async () => {
    sandbox.control.setPlan({ tenant: tenantId, associateId: salesPremium.associateId, plan: null });
    await sandbox.control.whenDelivered();
    await expect.poll(panel).toBe('No user plan');
    const body = JSON.stringify({
      EventId: randomUUID(),
      Event: 'associate.deleted',
      ContextIdentifier: tenantId,
    });
    const signature = signWebhookBody(body, 'another secret');
    const headers = { 'X-SuperOffice-Signature': signature };
    expect((await fetch(webhookAddress(), { method: 'POST', body, headers })).status).toBe(401);
  });

  it('preserves its data across a restart', async () => {
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
    await start();
    expect(await panel()).toBe('No user plan');
  });

  it('accepts suspend and resume notifications and shows the panel afterwards', async () => {
    for (const [state, changeType] of [
      ['Suspended', 2],
      ['Running', 3],
    ] as const) {
      sandbox.control.setTenantState({ tenant: tenantId, state });
      expect((await sandbox.control.sendStateChange({ tenant: tenantId, changeType })).status).toBe(200);
    }
    expect(await panel()).toBe('No user plan');
  });

  it('uninstalls the app and leaves nothing in the tenant', async () => {
    const cookieClient = await signInToCrm({ sandbox }, administrator);
    const done = await submit(cookieClient, await cookieClient.get(`${url}/uninstall`), '/uninstall', {});
    expect(getVisibleText(done.html)).toContain('Planlens has been removed');
    expect(sandbox.control.getSetup({ tenant: tenantId })).toEqual({ panels: [], webhooks: [] });
    expect(await panel()).toBe('Planlens is not installed here');
  });
});
