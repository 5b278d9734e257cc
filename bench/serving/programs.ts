import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.ts';
import { root } from './ground.ts';

/** A server in a process of its own. */
export interface Program {
  readonly url: string;
  /** From its start until it answered that it is ready, ms. */
  readonly readyAfterMs: number;
  /** Heap in use after a collection of garbage, and memory resident, bytes. */
  memory(): Promise<{ readonly heap: number; readonly resident: number }>;
  stop(): Promise<void>;
}

const patienceMs = 30_000;
const lookAgainMs = 2;

/** The app as it is built, at an address of its own. */
export function startApp(environment: NodeJS.ProcessEnv): Promise<Program> {
  return start([`${root}dist/server.js`], environment, '/readyz');
}

/** A bare server to compare with. */
export function startPeer(name: string, environment: NodeJS.ProcessEnv): Promise<Program> {
  return start(['--import', 'tsx', `${root}bench/serving/peers/${name}.ts`], environment, '/');
}

async function start(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  ready: string,
): Promise<Program> {
  const port = environment.PORT ?? String(await freePort());
  const url = `http://localhost:${port}`;
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...(command[0]?.includes('dist') && process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : []),
      '--expose-gc',
      '--import',
      `${root}bench/serving/memory-on-request.mjs`,
      ...command,
    ],
    {
      cwd: root,
      env: { PATH: process.env.PATH, PORT: port, PUBLIC_URL: url, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  await untilReady(child, `${url}${ready}`);
  const readyAfterMs = performance.now() - startedAt;
  return {
    url,
    readyAfterMs,
    async memory() {
      child.send('memory');
      const [told] = await once(child, 'message');
      return told as Awaited<ReturnType<Program['memory']>>;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  for (const giveUpAt = Date.now() + patienceMs; Date.now() < giveUpAt; await sleep(lookAgainMs)) {
    if (child.exitCode !== null) throw new Error(`a server ended with ${child.exitCode}`);
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => null,
    );
    if (status === 200) return;
  }
  throw new Error('a server did not become ready');
}
