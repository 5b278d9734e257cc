import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { freePort } from '../../test/support/free-port.ts';
import { root } from './bench-database.ts';

/** A server in a process of its own. */
export interface Program {
  readonly url: string;
  /** From its start until it answered that it is ready, ms. */
  readonly readyAfterMs: number;
  /** Heap in use after a collection of garbage, what buffers hold besides, and memory resident; bytes. */
  memory(): Promise<{ readonly heap: number; readonly external: number; readonly resident: number }>;
  stop(): Promise<void>;
}

const timeoutMs = 30_000;
const pollIntervalMs = 2;

/** The app as `npm start` starts it. */
export function startApp(environment: NodeJS.ProcessEnv): Promise<Program> {
  const [, ...command] = packageJson.scripts.start.split(' ');
  return start(command, environment, '/readyz');
}

/** A bare server to compare with. */
export async function startPeer(name: string, environment: NodeJS.ProcessEnv): Promise<Program> {
  const PORT = String(await freePort());
  return start(['--import', 'tsx', `${root}bench/serving/peers/${name}.ts`], { ...environment, PORT }, '/');
}

async function start(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  ready: string,
): Promise<Program> {
  const url = `http://localhost:${environment.PORT}`;
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', `${root}bench/serving/memory-on-request.mjs`, ...command],
    {
      cwd: root,
      env: { PATH: process.env.PATH, ...environment },
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
  for (const giveUpAt = Date.now() + timeoutMs; Date.now() < giveUpAt; await sleep(pollIntervalMs)) {
    if (child.exitCode !== null) throw new Error(`a server ended with ${child.exitCode}`);
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => null,
    );
    if (status === 200) return;
  }
  throw new Error('a server did not become ready');
}
