import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Limits that only stop a hanging test: a busy machine must not reach them. */
const limits = { testTimeout: 90_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };
/** More than there are cores, because most tests wait for a server, a browser or PostgreSQL. */
const maxWorkers = availableParallelism() + 2;

function project(name: string, ...include: string[]) {
  return { extends: false, test: { name, include, maxWorkers, ...limits } } as const;
}

export default defineConfig({
  test: {
    // Not inherited by the projects, so that they share one PostgreSQL and one browser program.
    globalSetup: ['test/support/postgres-server.ts', 'test/support/browser-program.ts'],
    projects: [
      project('browser', 'test/browser/**/*.test.ts'),
      project('integration', 'test/integration/**/*.test.ts'),
      project('sandbox', 'test/sandbox/**/*.test.ts'),
      project('security', 'test/security/**/*.test.ts'),
      project('unit', 'test/unit/**/*.test.ts', 'test/*.test.ts'),
    ],
  },
});
