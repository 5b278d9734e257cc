import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { root } from './support/project-files.ts';

/** Checks a message with the rules of .commitlintrc.json. @returns the problems, empty for an accepted message */
async function checkMessage(message: string): Promise<string> {
  const child = spawn(join(root, 'node_modules/.bin/commitlint'), {
    cwd: root,
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
