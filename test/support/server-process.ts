import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
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
  return spawnProgram('server.js', [], environment);
}

/** The operator CLI. */
export function spawnCli(args: readonly string[], environment: NodeJS.ProcessEnv): ServerProcess {
  return spawnProgram('cli.js', args, environment);
}

function spawnProgram(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): ServerProcess {
  const env = { PATH: process.env.PATH, ...environment };
  return spawnCommand(process.execPath, [join(root, 'dist', file), ...args], { cwd: root, env });
}

/** A program that runs the app in another way than from its sources. */
export function spawnCommand(
  program: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> & { readonly env: NodeJS.ProcessEnv },
): ServerProcess {
  const child = spawn(program, args, { ...options, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const end = once(child, 'exit') as Promise<[number | null, string | null]>;
  return {
    child,
    output: () => output,
    ended: async () => {
      const [code, signal] = await end;
      const secrets = readEnvironmentSecrets(options.env);
      expect(findLeakedSecrets([output], secrets), 'secrets in the output').toEqual([]);
      return code ?? signal ?? '';
    },
  };
}

export async function untilReady(url: string): Promise<void> {
  const ready = async () => expect((await fetch(`${url}/readyz`)).status).toBe(200);
  await vi.waitFor(ready, { timeout: 60_000, interval: 50 });
}
