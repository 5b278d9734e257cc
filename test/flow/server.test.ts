import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { preparePostgresPlace } from '../../src/tenants/postgres-place.ts';
import { appEnvironment, panelUrl, people, signedInToCrm } from '../support/planlens.ts';
import { freePort, type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';

describe('the server process', () => {
  let sandbox: Sandbox;
  let url: string;
  let dataDir: string;
  let environment: NodeJS.ProcessEnv;
  let server: ServerProcess | undefined;

  beforeAll(async () => {
    url = `http://localhost:${await freePort()}`;
    sandbox = await startSandbox({ appUrl: url });
    dataDir = await mkdtemp(join(tmpdir(), 'planlens-server-'));
    const { DATABASE_URL: _unused, ...rest } = appEnvironment(url, sandbox, '');
    environment = { ...rest, DATA_DIR: dataDir, LOG_LEVEL: 'info' };
  });
  afterEach(async () => {
    server?.child.kill('SIGTERM');
    await server?.ended();
  });
  afterAll(async () => {
    await sandbox.close();
    const { home } = await preparePostgresPlace(dataDir);
    await Promise.all([dataDir, home].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const start = (changes: NodeJS.ProcessEnv = {}) => {
    server = spawnServer({ ...environment, ...changes });
    return server;
  };
  const postgresRuns = async () => {
    const { home } = await preparePostgresPlace(dataDir);
    return readFile(join(home, 'cluster', 'postmaster.pid')).then(
      () => true,
      () => false,
    );
  };

  it('names every problem of its settings at once and ends', async () => {
    const bad = start({ PUBLIC_URL: 'ftp://nowhere', SUPEROFFICE_CLIENT_SECRET: '', SESSION_KEYS: 'weak' });
    expect(await bad.ended()).toBe(1);
    for (const name of ['PUBLIC_URL', 'SUPEROFFICE_CLIENT_SECRET', 'SESSION_KEYS'])
      expect(bad.output()).toContain(name);
    expect(bad.output()).not.toMatch(/ at .*\.ts|weak|nowhere/);
  });

  it('starts, answers, and at SIGTERM stops itself and its private PostgreSQL', async () => {
    const running = start();
    await untilReady(url);
    expect(await postgresRuns()).toBe(true);
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    running.child.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
    expect(await postgresRuns()).toBe(false);
  });

  it('finishes what it is doing before it stops', async () => {
    const running = start();
    await untilReady(url);
    const visitor = await signedInToCrm({ sandbox }, people.salesPremium);
    sandbox.control.approve({ tenant: people.salesPremium.ctx });
    const { id } = sandbox.control.hold({ operation: 'Login.Tokens' });
    const begun = await visitor.peek(`${url}/install`);
    const slow = visitor.get(begun.headers.get('location') ?? '');
    await sandbox.control.whenHeld({ id });
    running.child.kill('SIGTERM');
    await expect.poll(() => fetch(`${url}/healthz`).catch(() => 'refused')).toBe('refused');
    sandbox.control.release({ id });
    expect((await slow).html).toContain('administrator-required');
    expect(await running.ended()).toBe(0);
  });

  it('leaves no PostgreSQL behind when its port is taken', async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, resolve));
    const refused = start({ PORT: String(port) });
    expect(await refused.ended()).toBe(1);
    expect(refused.output()).toContain('EADDRINUSE');
    expect(await postgresRuns()).toBe(false);
    other.close();
  });

  it('says it is not ready while the database is away, and lives on', async () => {
    start();
    await untilReady(url);
    const { home } = await preparePostgresPlace(dataDir);
    const [pid] = (await readFile(join(home, 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGQUIT');
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const panel = await fetch(panelUrl({ url }, people.salesPremium), { headers: { accept: 'text/html' } });
    expect(panel.status).toBe(500);
    expect(await panel.text()).not.toMatch(/ECONNREFUSED|node_modules/);
    server?.child.kill('SIGKILL');
  });
});
