import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { findBrowser } from './browser-program.ts';
import { startPostgres } from './postgres-server.ts';
import { root } from './project-files.ts';

/** Prepares what all test files share: the compiled app, PostgreSQL and the browser. @returns the teardown */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.onTestsRerun(build);
  const [stopPostgres] = await Promise.all([startPostgres(project), findBrowser(project), build()]);
  return stopPostgres;
}

/** Compiles the app: a process starts in half the time that its sources would take. */
async function build(): Promise<void> {
  await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: root });
}
