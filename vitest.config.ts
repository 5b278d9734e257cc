import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { isLongForm } from './test/support/long-form.ts';

/** Limits that only stop a hanging test: a busy machine must not reach them. */
const limits = { testTimeout: 90_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };
/** More than there are cores, because most tests wait for a server, a browser or PostgreSQL. */
const maxWorkers = availableParallelism() + 2;

interface Options {
  readonly include: string[];
  readonly exclude?: string[];
  /** False for tests that change no module state, so that a worker loads the modules once for all files. */
  readonly isolate?: boolean;
}

function project(name: string, options: Options) {
  return { extends: false, test: { name, maxWorkers, ...limits, ...options } } as const;
}

/** Tests that install packages from the registry, with their own Node.js or as an image does. */
const installing = isLongForm
  ? []
  : ['test/deploy/image.test.ts', 'test/integration/{package,node-versions}.test.ts'];

/** Tests that replace the HTTP client of Node.js with nock, which is state of the process. */
const mockedHttp = 'test/unit/superoffice/**/*.test.ts';

export default defineConfig({
  test: {
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
    // Not inherited by the projects, so that they share one build, one PostgreSQL and one browser.
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      project('browser', { include: ['test/browser/**/*.test.ts'] }),
      project('integration', {
        include: ['test/{integration,deploy}/**/*.test.ts'],
        exclude: installing,
      }),
      project('sandbox', { include: ['test/sandbox/**/*.test.ts'] }),
      project('security', { include: ['test/security/**/*.test.ts'] }),
      project('unit', {
        include: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
        exclude: [mockedHttp],
        isolate: false,
      }),
      project('unit-http', { include: [mockedHttp] }),
    ],
  },
});
