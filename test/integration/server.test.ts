import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { prepareEmbeddedPostgresPaths } from '../../src/database/embedded-postgres-paths.ts';
import { migratedDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { appEnvironment, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';
import { sessionCookie } from '../support/session-cookie.ts';
import { startSilentProxy } from '../support/silent-proxy.ts';

describe('server process', () => {
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
    const { home } = await prepareEmbeddedPostgresPaths(dataDir);
    await Promise.all([dataDir, home].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const start = (changes: NodeJS.ProcessEnv = {}) => {
    server = spawnServer({ ...environment, ...changes });
    return server;
  };
  const isPostgresRunning = async () => {
    const { home } = await prepareEmbeddedPostgresPaths(dataDir);
    return readFile(join(home, 'cluster', 'postmaster.pid')).then(
      () => true,
      () => false,
    );
  };

  // certifies R1, R3
  it('reports all invalid settings at once and exits with 1', async () => {
    const invalid = start({
      PUBLIC_URL: 'ftp://nowhere',
      SUPEROFFICE_CLIENT_SECRET: '',
      SESSION_KEYS: 'weak',
    });
    expect(await invalid.ended()).toBe(1);
    for (const name of ['PUBLIC_URL', 'SUPEROFFICE_CLIENT_SECRET', 'SESSION_KEYS'])
      expect(invalid.output()).toContain(name);
    expect(invalid.output()).not.toMatch(/ at .*\.ts|weak|nowhere/);
  });

  it('starts, serves requests, and on SIGTERM stops itself and the embedded PostgreSQL without waiting for idle connections', async () => {
    const running = start();
    await untilReady(url);
    expect(await isPostgresRunning()).toBe(true);
    const health = await fetch(`${url}/healthz`);
    expect(await health.json()).toEqual({ status: 'ok' });
    // Longer than proxies keep an idle connection.
    expect(health.headers.get('keep-alive')).toBe('timeout=75');
    const silent = connect(Number(new URL(url).port), 'localhost');
    await once(silent, 'connect');
    running.child.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
    expect(await isPostgresRunning()).toBe(false);
    silent.destroy();
  });

  it('completes requests in flight before it stops', async () => {
    const running = start({ DATABASE_URL: await migratedDatabase() });
    await untilReady(url);
    const cookieClient = await signInToCrm({ sandbox }, testUsers.salesPremium);
    sandbox.control.approve({ tenant: testUsers.salesPremium.tenantId });
    const { id } = sandbox.control.hold({ operation: 'Login.Tokens' });
    const begun = await cookieClient.postOnce(`${url}/install`, {});
    const slow = cookieClient.get((begun.headers.get('refresh') ?? '').replace('0; url=', ''));
    await sandbox.control.whenHeld({ id });
    running.child.kill('SIGTERM');
    const readiness = async () => (await fetch(`${url}/readyz`)).text();
    await expect.poll(readiness, { interval: 10 }).toContain('stopping');
    await expect.poll(() => fetch(`${url}/healthz`).catch(() => 'refused')).toBe('refused');
    sandbox.control.release({ id });
    expect((await slow).html).toContain('administrator-required');
    expect(await running.ended()).toBe(0);
  });

  it('leaves no PostgreSQL running after a SIGTERM during startup', async () => {
    const early = start();
    await expect.poll(isPostgresRunning, { interval: 5 }).toBe(true);
    early.child.kill('SIGTERM');
    expect(await early.ended()).toBe(0);
    expect(early.output()).not.toContain('planlens is ready');
    expect(await isPostgresRunning()).toBe(false);
  });

  it('shares the embedded PostgreSQL with a second process that outlives the first', async () => {
    const first = start();
    await untilReady(url);
    const port = await freePort();
    const second = spawnServer({ ...environment, PORT: String(port) });
    await untilReady(`http://localhost:${port}`);
    first.child.kill('SIGTERM');
    expect(await first.ended()).toBe(0);
    expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);
    second.child.kill('SIGTERM');
    expect(await second.ended()).toBe(0);
    expect(await isPostgresRunning()).toBe(false);
  });

  it('responds and stops in time while its database is silent', async () => {
    const proxy = await startSilentProxy(await migratedDatabase());
    const running = start({ DATABASE_URL: proxy.url });
    await untilReady(url);
    proxy.stopForwarding();
    const begun = Date.now();
    const cookie = sessionCookie(environment, testUsers.salesPremium);
    const panel = fetch(panelUrl({ url }, testUsers.salesPremium), { headers: { cookie } });
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await panel).status).toBe(503);
    expect((await panel).headers.get('retry-after')).toBe('10');
    running.child.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
    expect(Date.now() - begun).toBeLessThan(60_000);
    await proxy.close();
  });

  it('logs an incomplete shutdown and exits with 1', async () => {
    const running = start();
    await untilReady(url);
    const { home } = await prepareEmbeddedPostgresPaths(dataDir);
    await rename(join(home, 'cluster'), join(home, 'elsewhere'));
    running.child.kill('SIGTERM');
    const code = await running.ended();
    await rename(join(home, 'elsewhere'), join(home, 'cluster'));
    expect(code).toBe(1);
    expect(running.output()).toContain('shutdown incomplete');
  });

  it('leaves no PostgreSQL running when its port is in use', async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, resolve));
    const refused = start({ PORT: String(port) });
    expect(await refused.ended()).toBe(1);
    expect(refused.output()).toContain(
      'The configuration has 1 problem(s):\n  HOST, PORT: listen EADDRINUSE',
    );
    expect(refused.output()).not.toContain('    at ');
    expect(await isPostgresRunning()).toBe(false);
    other.close();
  });

  it('reports not ready while the database is unavailable and stays alive', async () => {
    start();
    await untilReady(url);
    const { home } = await prepareEmbeddedPostgresPaths(dataDir);
    const [pid] = (await readFile(join(home, 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
    const settings = join(home, 'cluster', 'postgresql.conf');
    const valid = await readFile(settings, 'utf8');
    await writeFile(settings, 'no such = setting');
    process.kill(Number(pid), 'SIGQUIT');
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const cookie = sessionCookie(environment, testUsers.salesPremium);
    const panel = await fetch(panelUrl({ url }, testUsers.salesPremium), {
      headers: { accept: 'text/html', cookie },
    });
    expect([panel.status, panel.headers.get('retry-after')]).toEqual([503, '10']);
    const text = await panel.text();
    expect(text).toContain('database-unavailable');
    expect(text).not.toMatch(/ECONNREFUSED|node_modules/);
    await writeFile(settings, valid);
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
  });
});
