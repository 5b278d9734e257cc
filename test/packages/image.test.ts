import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import {
  createContextFilter,
  parseCommand,
  parseDockerfile,
  type Stage,
  valuesOf,
} from '../deploy/dockerfile.ts';
import { emptyDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { appEnvironment, install, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { readText, root } from '../support/project-files.ts';
import { type ServerProcess, spawnCommand, untilReady } from '../support/server-process.ts';
import { runStages, type StageFolder } from './stage-folders.ts';

const stages = parseDockerfile(readText('deploy/Dockerfile'));
const runtime = stages.at(-1) as Stage;
const isInContext = createContextFilter(readText('.dockerignore'));
const packageJson = JSON.parse(readText('package.json'));

/** Variables that npm needs to reach the registry from this machine. Everything else of the environment stays out. */
const networkVariables = [
  'NODE_EXTRA_CA_CERTS',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'npm_config_registry',
];

/** The environment of the build: PATH with Node.js and npm, HOME with the cache of npm, and the network. */
function bareEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', ...networkVariables];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Copies the tracked files that .dockerignore admits. */
function copyContext(folder: string): void {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  for (const path of tracked.filter(isInContext)) cpSync(join(root, path), join(folder, path));
}

describe('the steps of deploy/Dockerfile, without a container engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-image-'));
  let built: StageFolder;
  let sandbox: Sandbox;
  let server: ServerProcess;
  let url: string;
  let environment: NodeJS.ProcessEnv;
  // As the user of the image. Only root can become another user; any other user is not root already.
  const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    const context = join(folder, 'context');
    copyContext(context);
    built = await runStages(stages, folder, { context, environment: bareEnvironment() });
    execFileSync('chmod', ['-R', 'a-w', built.workdir]);
    url = `http://localhost:${await freePort()}`;
    sandbox = await startSandbox({ appUrl: url });
    // Neither HOME nor the variables of npm: a container has none of them.
    const { PATH, NODE_ENV, HOST } = built.environment;
    environment = { PATH, NODE_ENV, HOST, ...appEnvironment(url, sandbox, await emptyDatabase()) };
    const [program = '', ...args] = parseCommand(valuesOf(runtime, 'CMD')[0] ?? '');
    server = spawnCommand(program, args, { cwd: built.workdir, env: environment, ...user });
    await untilReady(url);
  });
  afterAll(async () => {
    server?.child.kill('SIGKILL');
    await sandbox?.close();
    execFileSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** The exit code of the command of HEALTHCHECK. */
  function checkHealth(port: string | undefined): number | null {
    const [program = '', ...args] = parseCommand(valuesOf(runtime, 'HEALTHCHECK')[0] ?? '');
    const env = { PATH: environment.PATH, PORT: port };
    return spawnSync(program, args, { cwd: built.workdir, env, ...user }).status;
  }

  it('leave only the production packages, without the embedded PostgreSQL', () => {
    const installed = (name: string) => readdirSync(join(built.workdir, 'node_modules')).includes(name);
    expect(
      Object.keys(packageJson.dependencies).filter((name) => !installed(name.split('/')[0] ?? '')),
    ).toEqual([]);
    const others = [
      ...Object.keys(packageJson.devDependencies),
      ...Object.keys(packageJson.optionalDependencies),
    ];
    expect(others.filter((name) => !name.startsWith('@') && installed(name))).toEqual([]);
  });

  it('give a health check that succeeds while the process responds and fails otherwise', async () => {
    expect(checkHealth(environment.PORT)).toBe(0);
    expect(checkHealth(String(await freePort()))).toBe(1);
  });

  it('give an app that installs itself in a tenant and shows a panel', async () => {
    await install({ sandbox, url });
    const cookieClient = await signInToCrm({ sandbox }, testUsers.salesPremium);
    const { status, html } = await cookieClient.get(panelUrl({ url }, testUsers.salesPremium));
    expect([status, html.includes('data-row=')]).toEqual([200, true]);
  });

  it('give a process that exits with 0 on SIGTERM', async () => {
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
  });
});
