import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { findLeakedSecrets, readEnvironmentSecrets } from './leaked-secrets.ts';
import { root } from './project-files.ts';

/** The server or the CLI in a process of its own. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** Its output so far, stdout and stderr. */
  output(): string;
  /** Resolves to its exit code, or the signal that ended it. Fails if the output contains a secret. */
  ended(): Promise<number | string>;
}

export function spawnServer(environment: NodeJS.ProcessEnv): ServerProcess {
  return spawnProgram('server.ts', [], environment);
}

/** The operator CLI. */
export function spawnCli(args: readonly string[], environment: NodeJS.ProcessEnv): ServerProcess {
  return spawnProgram('cli.ts', args, environment);
}

function spawnProgram(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): ServerProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'src', file), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const end = once(child, 'exit') as Promise<[number | null, string | null]>;
  return {
    child,
    output: () => output,
    ended: async () => {
      const [code, signal] = await end;
      const secrets = readEnvironmentSecrets(environment);
      expect(findLeakedSecrets([output], secrets), 'secrets in the output').toEqual([]);
      return code ?? signal ?? '';
    },
  };
}

export async function untilReady(url: string): Promise<void> {
  const ready = async () => expect((await fetch(`${url}/readyz`)).status).toBe(200);
  await vi.waitFor(ready, { timeout: 60_000, interval: 50 });
}
