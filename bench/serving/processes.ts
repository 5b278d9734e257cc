import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { freePort } from '../../test/support/free-port.ts';
import { root } from './bench-database.ts';
import { processorSeconds } from './processor-time.ts';

/** A server in a separate process. */
export interface ServerProcess {
  readonly url: string;
  /** Time from start until ready, ms. */
  readonly readyAfterMs: number;
  /** Heap after garbage collection, external buffers, and resident memory; bytes. */
  memory(): Promise<{ readonly heap: number; readonly external: number; readonly resident: number }>;
  /** Sends a message to a module that `options` preload. @returns its answer */
  ask(message: object): Promise<unknown>;
  /** User and system processor time so far, seconds. */
  processorSeconds(): number;
  stop(): Promise<void>;
}

/** The command of `npm start` without `exec node`. */
const command = packageJson.scripts.start.split(' ').slice(2);

/** The options of Node.js with which the app runs, for a baseline that has the same. */
export const appOptions: readonly string[] = command.slice(0, -1);

const timeoutMs = 30_000;
const pollIntervalMs = 2;

/**
 * Starts the app with the command of `npm start`, with further options of Node.js, or in another folder than this one to measure
 * another version.
 */
export function startApp(
  environment: NodeJS.ProcessEnv,
  { folder = root, options = [] }: { readonly folder?: string; readonly options?: readonly string[] } = {},
): Promise<ServerProcess> {
  return start([...options, ...command], environment, '/readyz', folder);
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

/** Starts a baseline server, with further options of Node.js. */
export async function startBaseline(
  name: string,
  environment: NodeJS.ProcessEnv,
  options: readonly string[] = [],
): Promise<ServerProcess> {
  const port = String(await freePort());
  return start(
    [...options, '--import', 'tsx', `${root}bench/serving/baselines/${name}.ts`],
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
  const ask = async (message: object | string) => {
    child.send(message);
    return (await once(child, 'message'))[0];
  };
  return {
    url,
    readyAfterMs,
    memory: async () => (await ask('memory')) as Awaited<ReturnType<ServerProcess['memory']>>,
    ask,
    processorSeconds: () => processorSeconds(Number(child.pid)),
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
