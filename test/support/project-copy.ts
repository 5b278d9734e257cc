import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './project-files.ts';

/** What `npm run build` and `npm pack` read. */
const parts = [
  ...['package.json', 'README.md', 'LICENSE', '.env.example'],
  ...['rolldown.config.ts', 'tsconfig.json', 'tsconfig.sandbox.json'],
  ...['src', 'sandbox', 'locales', 'manifest', 'public', 'views'],
];

/**
 * Copies the project with its packages into a temporary folder, so that a build does not replace the `dist` of another
 * test or of a developer. @returns the folder; the caller deletes it
 */
export function copyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-copy-'));
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Runs npm in a folder. @returns stdout @throws with the output of npm if it fails */
export function runNpm(folder: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`npm ${args.join(' ')} failed: ${error?.message ?? ''}\n${stdout}${stderr}`);
  return stdout;
}
