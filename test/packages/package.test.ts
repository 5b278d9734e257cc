import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { emptyDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { keyringText } from '../support/keyrings.ts';
import { install, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { copyProject, runNpm } from '../support/project-copy.ts';
import { readText } from '../support/project-files.ts';
import { untilReady } from '../support/server-process.ts';

describe('package of npm pack, installed globally', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-package-'));
  const running: ChildProcess[] = [];
  let copy = '';

  beforeAll(() => {
    copy = copyProject();
    const [packed] = JSON.parse(runNpm(copy, 'pack', '--json', '--silent')) as [{ filename: string }];
    const tarball = join(copy, packed.filename);
    // The server of the test run replaces the embedded PostgreSQL, which is an optional dependency.
    const options = ['--omit=optional', '--prefer-offline', '--no-audit', '--no-fund'];
    runNpm(folder, 'install', '--global', '--prefix', folder, ...options, tarball);
  });

  afterAll(async () => {
    for (const child of running.filter(({ exitCode }) => exitCode === null)) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    for (const each of [folder, copy]) rmSync(each, { recursive: true, force: true });
  });

  /** Runs the installed command in a folder without a checkout. */
  function spawnPlanlens(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const child = spawn(join(folder, 'bin', 'planlens'), args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    });
    running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const exit = once(child, 'exit') as Promise<[number | null]>;
    return { child, output: () => output, ended: async () => ({ code: (await exit)[0], output }) };
  }

  it('prints its version', async () => {
    const { version } = JSON.parse(readText('package.json'));
    expect(await spawnPlanlens(['--version']).ended()).toEqual({ code: 0, output: `${version}\n` });
  });

  it('lists all problems of the configuration without a stack', async () => {
    const { code, output } = await spawnPlanlens(['doctor'], { PUBLIC_URL: 'ftp://nowhere' }).ended();
    expect(code).toBe(1);
    expect(output).toMatch(/^The configuration has 7 problem\(s\):\n {2}PUBLIC_URL must be an https origin/);
    expect(output).not.toMatch(/ at .*\.js|nowhere/);
  });

  it('starts a sandbox and an app with its settings, which serves a panel and stops in order', async () => {
    const appUrl = `http://localhost:${await freePort()}`;
    const sandboxPort = await freePort();
    const sandbox = spawnPlanlens(['sandbox'], {
      SANDBOX_PORT: String(sandboxPort),
      SANDBOX_APP_URL: appUrl,
      SANDBOX_DIR: join(folder, 'sandbox'),
    });
    await vi.waitFor(() => expect(sandbox.output()).toContain('ready at'), { timeout: 15_000 });
    const settings = [...sandbox.output().matchAll(/^ {2}([A-Z_]+)=(.+)$/gm)];
    const environment: NodeJS.ProcessEnv = {
      ...Object.fromEntries(settings.map(([, name = '', value = '']) => [name, value])),
      PORT: new URL(appUrl).port,
      DATABASE_URL: await emptyDatabase(),
      ENCRYPTION_KEYS: keyringText('test'),
      SESSION_KEYS: keyringText('test'),
    };
    const app = spawnPlanlens(['start'], environment);
    await untilReady(appUrl);

    const planlens = { url: appUrl, sandbox: { url: `http://127.0.0.1:${sandboxPort}` } };
    await install(planlens);
    const cookieClient = await signInToCrm(planlens, testUsers.salesPremium);
    await cookieClient.get(panelUrl(planlens, testUsers.salesPremium));
    const panel = await cookieClient.get(panelUrl(planlens, testUsers.salesPremium));
    expect(panel.html).toContain('<h1>Sales-Premium</h1>');
    expect((await spawnPlanlens(['doctor', testUsers.salesPremium.tenantId], environment).ended()).code).toBe(
      0,
    );

    for (const { child, ended } of [app, sandbox]) {
      child.kill('SIGTERM');
      expect((await ended()).code).toBe(0);
    }
  });
});
