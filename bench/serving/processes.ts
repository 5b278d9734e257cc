import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { freePort } from '../../test/support/free-port.ts';
import { root } from './bench-database.ts';

/** A server in a separate process. */
export interface ServerProcess {
  readonly url: string;
  /** Time from start until ready, ms. */
  readonly readyAfterMs: number;
  /** Heap after garbage collection, external buffers, and resident memory; bytes. */
  memory(): Promise<{ readonly heap: number; readonly external: number; readonly resident: number }>;
  /** Processor time since the start, s. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

const timeoutMs = 30_000;
const pollIntervalMs = 2;

/** Starts the app with the command of `npm start`, in another folder than this one to measure another version. */
export function startApp(environment: NodeJS.ProcessEnv, folder: string = root): Promise<ServerProcess> {
  // Without `exec node`.
  const [, , ...command] = packageJson.scripts.start.split(' ');
  return start(command, environment, '/readyz', folder);
}

/** Starts the SuperOffice of storms. */
export function startSuperOffice(environment: NodeJS.ProcessEnv): Promise<ServerProcess> {
  return start(
    ['--import', 'tsx', `${root}bench/serving/peers/superoffice.ts`],
    environment,
    '/',
    root,
    '127.0.0.1',
  );
}

/** Starts a baseline server. */
export async function startBaseline(name: string, environment: NodeJS.ProcessEnv): Promise<ServerProcess> {
  const port = String(await freePort());
  return start(
    ['--import', 'tsx', `${root}bench/serving/baselines/${name}.ts`],
    { ...environment, PORT: port },
    '/',
  );
}

async function start(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  ready: string,
  folder: string = root,
  host = 'localhost',
): Promise<ServerProcess> {
  const url = `http://${host}:${environment.PORT}`;
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', `${root}bench/serving/memory-on-request.mjs`, ...command],
    {
      cwd: folder,
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  // A benchmark that fails leaves no server behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  await waitUntilReady(child, `${url}${ready}`);
  const readyAfterMs = performance.now() - startedAt;
  return {
    url,
    readyAfterMs,
    async memory() {
      child.send('memory');
      const [message] = await once(child, 'message');
      return message as Awaited<ReturnType<ServerProcess['memory']>>;
    },
    async cpuSeconds() {
      child.send('cpu');
      const [{ user, system }]: [NodeJS.CpuUsage] = (await once(child, 'message')) as [NodeJS.CpuUsage];
      return (user + system) / 1e6;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(pollIntervalMs)) {
    if (child.exitCode !== null) throw new Error(`server exited with ${child.exitCode}`);
    const status = await fetch(url).then(
      (response) => response.status,
      () => null,
    );
    if (status === 200) return;
  }
  throw new Error('server did not become ready');
}
