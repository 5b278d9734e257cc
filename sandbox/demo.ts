import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCookieClient } from './cookie-client.ts';
import { loadAppCredentials } from './credentials-file.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';
import { createTenants, type Tenant } from './tenants.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const dir = resolve(project, process.env.DEMO_DIR ?? 'data/demo');
const startedAt = performance.now();

await main();

async function main(): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const { credentials, privateKeyFile } = loadAppCredentials(join(dir, 'sandbox'));
  const sandboxPort = await freePort(4300);
  // If another demo uses that port, its app probably uses 4200 as well.
  const appPort = await freePort(sandboxPort === 4300 ? 4200 : 0);
  const appUrl = `http://localhost:${appPort}`;
  const sandbox = await startSandbox({ port: sandboxPort, appUrl, credentials });
  printStep(`Sandbox SuperOffice runs at ${sandbox.url}`);

  const app = startApp({
    ...loadAppKeys(),
    PORT: String(appPort),
    PUBLIC_URL: appUrl,
    SUPEROFFICE_ENVIRONMENT: 'sod',
    SUPEROFFICE_LOGIN_URL: sandbox.url,
    SUPEROFFICE_API_HOSTS: '127.0.0.1',
    SUPEROFFICE_CLIENT_ID: sandbox.clientId,
    SUPEROFFICE_CLIENT_SECRET: sandbox.clientSecret,
    SUPEROFFICE_PRIVATE_KEY_FILE: privateKeyFile,
    DATA_DIR: dir,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
  });
  stopTogether(app, sandbox);
  await waitUntilReady(app, `${appUrl}/readyz`);
  printStep(`Planlens runs at ${appUrl}`);

  for (const tenant of createTenants().all()) {
    await install(tenant, sandbox, appUrl);
    printStep(
      `Installed in ${tenant.contextIdentifier} (${tenant.companyName}) with its administrator's consent`,
    );
  }
  const panel = encodeURIComponent('/Cust20001/?panel=PlanlensMain');
  process.stdout.write(`
Open  ${sandbox.url}/login/as/emily.carter@designteamet.example?next=${panel}

To switch users, use the user menu at the top right or the list at ${sandbox.url}/. Press Ctrl-C to stop.
`);
}

/** Generates the keys at the first start and stores them, because the database is stored too. */
function loadAppKeys(): Record<'ENCRYPTION_KEYS' | 'SESSION_KEYS', string> {
  const file = join(dir, 'app-keys.json');
  const key = () => `demo:${randomBytes(32).toString('base64')}`;
  const generated = JSON.stringify({ ENCRYPTION_KEYS: key(), SESSION_KEYS: key() });
  try {
    writeFileSync(file, generated, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Record<'ENCRYPTION_KEYS' | 'SESSION_KEYS', string>;
}

function startApp(settings: Record<string, string>): ChildProcess {
  const server = join(project, 'src', 'server.ts');
  const stopWithParent = new URL('stop-with-parent.ts', import.meta.url).href;
  const { PATH, HOME } = process.env;
  // Detached, so that Ctrl-C reaches only the demo, which stops the app in order.
  return spawn(process.execPath, ['--import', 'tsx', '--import', stopWithParent, server], {
    cwd: project,
    env: { PATH, HOME, ...settings },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
}

function stopTogether(app: ChildProcess, sandbox: Sandbox): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    app.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  app.once('exit', (code) => {
    process.exitCode = stopping ? 0 : (code ?? 1);
    void sandbox.close().finally(() => process.exit());
  });
}

async function waitUntilReady(app: ChildProcess, url: string): Promise<void> {
  while (app.exitCode === null) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Installs the app as an administrator: signs in, starts the installation, approves. */
async function install(tenant: Tenant, sandbox: Sandbox, appUrl: string): Promise<void> {
  const administrator = tenant.users.find((user) => user.isAdministrator);
  const cookieClient = createCookieClient();
  await cookieClient.get(
    `${sandbox.url}/login/as/${administrator?.userName}?next=/${tenant.contextIdentifier}/`,
  );
  const consent = await cookieClient.post(`${appUrl}/install`, {});
  const next = /name="next" value="([^"]+)"/.exec(consent.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const setup = await cookieClient.post(`${sandbox.url}/login/consent`, { next });
  if (new URL(setup.url).pathname !== '/setup' || setup.status !== 200) {
    throw new Error(
      `Installation in ${tenant.contextIdentifier} failed at ${new URL(setup.url).pathname} (${setup.status})`,
    );
  }
  while ((await cookieClient.get(setup.url)).html.includes('data-in-progress')) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The desired port, or any free port if it is in use. */
function freePort(desired: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () => (desired === 0 ? reject(new Error('No free port')) : resolve(freePort(0))));
    probe.listen(desired, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : desired));
    });
  });
}

function printStep(message: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${seconds.padStart(5)} s  ${message}\n`);
}
