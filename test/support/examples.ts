import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { root } from './project-files.ts';
import { spawnCommand } from './server-process.ts';

/** A running server of `examples/`. */
export interface ExampleServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Copies an example into a temporary folder, as a partner does. @returns the folder; the caller deletes it */
export function copyExample(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-example-'));
  const isInstalled = (path: string) => path.endsWith('node_modules');
  cpSync(join(root, 'examples', name), folder, { recursive: true, filter: (path) => !isInstalled(path) });
  return folder;
}

/** Gives a copied example the packages of the project, so that a test needs no registry. */
export function linkPackages(folder: string): void {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** Starts `server.js` of a copied example, with these settings and a port, by default a free one. */
export async function startExample(
  folder: string,
  settings: Readonly<Record<string, string>>,
  port?: string,
): Promise<ExampleServer> {
  const env = { PATH: process.env.PATH, ...settings, PORT: port ?? String(await freePort()) };
  const server = spawnCommand(process.execPath, ['server.js'], { cwd: folder, env });
  await vi.waitFor(() => expect(server.output()).toContain('http://localhost:'), { timeout: 30_000 });
  return {
    url: `http://localhost:${env.PORT}`,
    async stop() {
      server.child.kill('SIGTERM');
      await server.ended();
    },
  };
}

/** Runs a program of `examples/` to its end, with no other environment than these settings. */
export async function runExample(
  command: readonly [program: string, ...args: string[]],
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number | string; readonly output: string }> {
  const [program, ...args] = command;
  const example = spawnCommand(program, args, {
    cwd: join(root, 'examples'),
    env: { PATH: process.env.PATH, ...settings },
  });
  const exitCode = await example.ended();
  return { exitCode, output: example.output() };
}
