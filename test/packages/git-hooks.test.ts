import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNpm } from '../support/project-copy.ts';
import { root } from '../support/project-files.ts';

const execute = promisify(execFile);
const repository = mkdtempSync(join(tmpdir(), 'planlens-repository-'));
/** The hooks with their own packages, as `npm run hooks` installs them. */
const hooks = mkdtempSync(join(tmpdir(), 'planlens-hooks-'));
beforeAll(() => {
  for (const file of ['commit-msg', 'pre-commit', 'commitlint.json', 'package.json', 'package-lock.json'])
    cpSync(join(root, '.githooks', file), join(hooks, file));
  runNpm(hooks, 'ci', '--no-audit', '--no-fund');
});
afterAll(() => {
  for (const folder of [repository, hooks]) rmSync(folder, { recursive: true, force: true });
});

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

it('the hooks format what is committed and check the message', async () => {
  await git('init', '--quiet');
  await git('config', 'core.hooksPath', hooks);
  symlinkSync(join(root, 'node_modules'), join(repository, 'node_modules'));
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

/** Checks a message with the rules of .githooks/commitlint.json. @returns the problems, empty for an accepted message */
async function checkMessage(message: string): Promise<string> {
  const commitlint = join(hooks, 'node_modules/.bin/commitlint');
  const child = spawn(commitlint, ['--config', join(hooks, 'commitlint.json')], {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(message);
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return output;
}

describe.concurrent('the rules of commit messages', () => {
  it.each([
    'fix(sign-in): accept a session of the same tenant',
    'docs: name the PostgreSQL versions\n\nOperators asked for them.',
    'chore(web): merge the changes of main',
    "Merge branch 'main' into feature",
  ])('accept %j', async (message) => {
    expect(await checkMessage(message)).toBe('');
  });

  it.each([
    ['Fix the sign-in', 'type-empty'],
    ['style: wrap a line', 'type-enum'],
    ['fix(SignIn): accept a session', 'scope-case'],
    ['fix: Accept a session', 'subject-case'],
    ['fix: accept a session.', 'subject-full-stop'],
    [`fix: accept ${'a'.repeat(61)}`, 'header-max-length'],
    ['fix: accept a session\nof the same tenant', 'body-leading-blank'],
  ])('refuse %j by %s', async (message, rule) => {
    expect(await checkMessage(message)).toContain(`[${rule}]`);
  });
});
