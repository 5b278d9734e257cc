import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { root } from './support/project-files.ts';

const execute = promisify(execFile);
const repository = mkdtempSync(join(tmpdir(), 'planlens-hooks-'));
afterAll(() => rmSync(repository, { recursive: true, force: true }));

/** Without the settings of the developer, and without the repository of a hook that runs this test. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** Runs git in a new repository with the hooks of this one. */
async function git(...args: readonly string[]): Promise<string> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  const { stdout } = await execute('git', [...identity, ...args], { cwd: repository, env });
  return stdout;
}

const write = (file: string, content: string) => writeFileSync(join(repository, file), content);

it('the hooks format what is committed and check the message', { timeout: 60_000 }, async () => {
  await git('init', '--quiet');
  await git('config', 'core.hooksPath', join(root, '.githooks'));
  symlinkSync(join(root, 'node_modules'), join(repository, 'node_modules'));
  cpSync(join(root, '.commitlintrc.json'), join(repository, '.commitlintrc.json'));
  write('biome.json', '{ "vcs": { "enabled": true, "clientKind": "git" } }\n');
  write('.gitignore', 'node_modules\n');

  write('a.js', 'export const  a = 1\n');
  await git('add', 'a.js', 'biome.json', '.gitignore');
  await expect(git('commit', '-m', 'Add a')).rejects.toThrow('[type-empty]');
  await git('commit', '-m', 'feat: add a');
  expect(await git('show', 'HEAD:a.js')).toBe('export const a = 1;\n');

  write('a.js', 'export const  b = 1;\n');
  await git('add', 'a.js');
  write('a.js', 'export const  b = 2;\n');
  await expect(git('commit', '-m', 'feat: add b')).rejects.toThrow('Staged files have unstaged changes');
  expect(await git('show', ':a.js')).toBe('export const  b = 1;\n');

  await git('rm', '--quiet', '--force', 'a.js');
  await git('commit', '-m', 'feat: remove a');
});
