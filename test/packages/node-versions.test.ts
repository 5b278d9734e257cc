import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../sandbox/start-sandbox.ts';
import { emptyDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import {
  appEnvironment,
  install,
  metricsToken,
  panelUrl,
  signInToCrm,
  testUsers,
} from '../support/planlens.ts';
import { copyProject, runNpm } from '../support/project-copy.ts';
import { readText, root } from '../support/project-files.ts';
import { untilReady } from '../support/server-process.ts';

/** The oldest supported version, the line of development, and the current line. */
const versions = ['22.12.0', '24', '26'];

/**
 * Installs a Node.js version from npm, once, into the cache folder of the packages.
 * @returns the program
 */
function installNode(version: string): string {
  const folder = join(root, 'node_modules', '.cache', 'node-versions', version);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const program = join(
    folder,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  runNpm(folder, 'install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`);
  return program;
}

describe('built server', () => {
  let copy = '';
  let server: ChildProcess | undefined;
  beforeAll(() => {
    copy = copyProject();
    runNpm(copy, 'run', 'build');
  });
  afterAll(() => {
    server?.kill('SIGKILL');
    rmSync(copy, { recursive: true, force: true });
  });

  it('is tested on the oldest supported version of Node.js', () => {
    const { engines } = JSON.parse(readText('package.json')) as { engines: { node: string } };
    expect(`>=${versions[0]}`).toBe(`${engines.node}.0`);
  });

  it.each(versions)('serves a panel on Node.js %s', async (version) => {
    const node = installNode(version);
    const url = `http://localhost:${await freePort()}`;
    const sandbox = await startSandbox({ appUrl: url });
    const environment = appEnvironment(url, sandbox, await emptyDatabase());
    const child = spawn(
      node,
      ['--min-semi-space-size=64', '--max-semi-space-size=64', join(copy, 'dist', 'server.js')],
      {
        env: environment,
      },
    );
    server = child;
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    child.stdout.resume();
    await untilReady(url);

    await install({ url, sandbox });
    const cookieClient = await signInToCrm({ sandbox }, testUsers.salesPremium);
    await cookieClient.get(panelUrl({ url }, testUsers.salesPremium));
    const panel = await cookieClient.get(panelUrl({ url }, testUsers.salesPremium));
    expect(panel.html).toContain('<h1>Sales-Premium</h1>');
    const headers = { authorization: `Bearer ${metricsToken}` };
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    expect(metrics).toMatch(new RegExp(`nodejs_version_info{version="v${version}\\b`));

    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(errors).toBe('');
    await sandbox.close();
  });

  it.each(versions)('counts no request of a closed connection as unanswered on Node.js %s', (version) => {
    const script = fileURLToPath(new URL('./abandoned-requests.ts', import.meta.url));
    // Later versions do it without being asked.
    const args = version.startsWith('22.') ? ['--experimental-strip-types', '--no-warnings'] : [];
    expect(execFileSync(installNode(version), [...args, script], { encoding: 'utf8' })).toBe('0');
  });
});
