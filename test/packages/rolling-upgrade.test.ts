import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CookieClient } from '../../sandbox/cookie-client.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';
import type { Services } from '../../src/services.ts';
import { emptyDatabase, runQuery } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { countWaitingCallbacks, untilReconciled } from '../support/jobs.ts';
import { openPeerServices } from '../support/peer-services.ts';
import { appEnvironment, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { runNpm } from '../support/project-copy.ts';
import { root } from '../support/project-files.ts';
import { rowsIn } from '../support/rows.ts';
import { type ServerProcess, spawnCommand, spawnServer, untilReady } from '../support/server-process.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;

/** A commit of version 0.2.0, the version before. A shallow clone does not have it. */
const earlierVersion = 'fc9a742207fe72c231b907afc58c891d95e25c4e';
const isInClone =
  spawnSync('git', ['cat-file', '-e', `${earlierVersion}^{commit}`], { cwd: root }).status === 0;

/** Checks out and builds a version. @returns its folder; the caller deletes it */
function buildVersion(commit: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-earlier-'));
  const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 2 ** 28 });
  execFileSync('tar', ['--extract'], { cwd: folder, input: archive });
  // Its lock file misses a package of another system, which npm ci of today refuses.
  runNpm(folder, 'install', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error');
  runNpm(folder, 'run', '--silent', 'build');
  return folder;
}

describe.skipIf(!isInClone)('an upgrade from 0.2.0 with both versions running', () => {
  let folder: string | undefined;
  let sandbox: Sandbox;
  let services: Services;
  let databaseUrl: string;
  let environment: NodeJS.ProcessEnv;
  let earlier: ServerProcess;
  let later: ServerProcess;
  let earlierUrl: string;
  let laterUrl: string;
  let user: CookieClient;

  beforeAll(async () => {
    folder = buildVersion(earlierVersion);
    earlierUrl = `http://localhost:${await freePort()}`;
    sandbox = await startSandbox({ appUrl: earlierUrl });
    databaseUrl = await emptyDatabase();
    environment = { ...appEnvironment(earlierUrl, sandbox, databaseUrl), LOG_LEVEL: 'error' };
    earlier = spawnCommand(process.execPath, [join(folder, 'dist', 'server.js')], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...environment },
    });
    await untilReady(earlierUrl);
    await installEarlier();
    user = await signInToCrm({ sandbox }, salesPremium);
    expect((await user.get(panelUrl({ url: earlierUrl }, salesPremium))).html).toContain('data-row=');

    const port = await freePort();
    laterUrl = `http://localhost:${port}`;
    later = spawnServer({ ...environment, PORT: String(port) });
    await untilReady(laterUrl);
    services = await openPeerServices(environment);
  });

  afterAll(async () => {
    for (const server of [earlier, later]) server?.child.kill('SIGKILL');
    await services?.close();
    await sandbox?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  /** Installs the app through 0.2.0, whose installation starts with a GET. */
  async function installEarlier(): Promise<void> {
    const client = await signInToCrm({ sandbox }, administrator);
    const { html } = await client.get(`${earlierUrl}/install`);
    const next = /name="next" value="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    await client.post(`${sandbox.url}/login/consent`, { next });
    const isProvisioned = async () =>
      (await rowsIn(databaseUrl, 'tenants'))[0]?.provisioned_at instanceof Date;
    await vi.waitUntil(isProvisioned, { timeout: 60_000 });
  }

  /** Sends an event of a user to one of the versions. @returns the status */
  async function send(url: string, eventId: string, associateId: number): Promise<number> {
    const { hookId, secret } = await services.webhooks.findOrCreate(tenantId);
    const fields = { Event: 'associate.changed', ContextIdentifier: tenantId, PrimaryKey: associateId };
    const body = JSON.stringify({ EventId: eventId, ...fields });
    const headers = { 'X-SuperOffice-Signature': signWebhookBody(body, secret()) };
    return (await fetch(`${url}/callbacks/webhooks/${hookId}`, { method: 'POST', body, headers })).status;
  }
  async function headingOf(url: string): Promise<string | undefined> {
    const panel = panelUrl({ url }, salesPremium);
    const page =
      url === earlierUrl
        ? (await user.get(panel)).html
        : await (
            await fetch(panel, { headers: { cookie: sessionCookie(environment, salesPremium) } })
          ).text();
    return /<h1>(.*?)<\/h1>/.exec(page)?.[1];
  }
  /** The callbacks that neither version has processed. */
  async function countUnprocessed(): Promise<number> {
    const [row] = await runQuery(
      databaseUrl,
      'select count(*)::int as count from callbacks where processed_at is null',
    );
    return Number(row?.count) + (await countWaitingCallbacks(databaseUrl));
  }

  it('both show the panel', async () => {
    expect(await headingOf(earlierUrl)).toBe('Sales-Premium');
    expect(await headingOf(laterUrl)).toBe('Sales-Premium');
  });

  it('each event is stored once and processed, whichever version it comes to', async () => {
    const ids = Array.from({ length: 40 }, () => randomUUID());
    const urls = [earlierUrl, laterUrl];
    for (const [index, id] of ids.entries()) {
      const changed = [101, 102, 103, 9_001][index % 4] ?? 101;
      expect(await send(urls[index % 2] ?? '', id, changed)).toBe(200);
      // SuperOffice repeats a call, and a proxy may lead it to the other version.
      if (index % 3 === 0) expect(await send(urls[(index + 1) % 2] ?? '', id, changed)).toBe(200);
    }
    await expect.poll(countUnprocessed, { timeout: 240_000, interval: 500 }).toBe(0);
    const rows = await rowsIn(databaseUrl, 'callbacks');
    const stored = rows
      .map(({ event_id }) => String(event_id))
      .filter((id) => ids.some((own) => id.endsWith(own)));
    expect(stored).toHaveLength(ids.length);
  });

  it('a plan that changes is shown by both, and a state change is acted on', async () => {
    sandbox.control.setPlan({ tenant: tenantId, associateId: salesPremium.associateId, plan: 'ten-service' });
    await sandbox.control.whenDelivered();
    for (const url of [earlierUrl, laterUrl])
      await expect.poll(() => headingOf(url), { interval: 500 }).toBe('Service-Premium');

    const status = async () => (await rowsIn(databaseUrl, 'tenants'))[0]?.status;
    sandbox.control.setTenantState({ tenant: tenantId, state: 'Suspended' });
    await sandbox.control.sendStateChange({ tenant: tenantId, changeType: 2 });
    await expect.poll(status).toBe('suspended');
    sandbox.control.setTenantState({ tenant: tenantId, state: 'Running' });
    await sandbox.control.sendStateChange({ tenant: tenantId, changeType: 3 });
    await expect.poll(status).toBe('active');
  });

  it('what 0.2.0 had not processed when it ended is processed', async () => {
    await expect.poll(countUnprocessed, { timeout: 240_000, interval: 500 }).toBe(0);
    await untilReconciled(environment);
    const { id } = sandbox.control.hold({ operation: 'License.GetUserLicenses' });
    for (let event = 0; event < 10; event += 1) expect(await send(earlierUrl, randomUUID(), 101)).toBe(200);
    await sandbox.control.whenHeld({ id });
    earlier.child.kill('SIGKILL');
    await earlier.ended();
    expect(await countUnprocessed()).toBeGreaterThan(0);
    sandbox.control.release({ id });
    await expect.poll(countUnprocessed, { timeout: 240_000, interval: 500 }).toBe(0);
    expect(await services.jobs.deadLetters.list()).toEqual([]);
    expect([later.child.exitCode, later.output()]).toEqual([null, '']);
  });
});
