import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { isLongForm } from './test/support/long-form.ts';

/** Limits that only stop a hanging test: a busy machine must not reach them. */
const limitMs = isLongForm ? 30 * 60_000 : 120_000;
const common = {
  testTimeout: limitMs,
  hookTimeout: limitMs,
  expect: { poll: { timeout: 60_000 } },
  /** Less garbage collection saves a twentieth of the processor time: tests create much that lives for a moment. */
  execArgv: ['--min-semi-space-size=16', '--max-semi-space-size=64'],
};
/** More than there are cores, because most tests wait for a server, a browser or PostgreSQL. */
const maxWorkers = availableParallelism() + 4;

/** Tests that install packages from the registry, some of them with their own Node.js or as an image does, and the overload. */
const onlyLong = ['test/packages/**', 'test/security/load.test.ts'];

/** Tests whose long form needs all cores: thousands of connections, views and events at once. They run last, one at a time. */
const alone = [
  'test/integration/many-processes.test.ts',
  'test/security/exhaustion.test.ts',
  'test/security/load.test.ts',
];

/** Tests that replace the HTTP client of Node.js with nock, which is state of the process. */
const mockedHttp = 'test/unit/superoffice/**/*.test.ts';

/**
 * The files that take longest, most of it waiting: they start first, and the others use the cores meanwhile. The other unit
 * tests start last, so that no worker waits at the end for one slow file.
 */
const slowest = [
  'test/browser/accessibility.test.ts',
  'test/unit/database/embedded-postgres.test.ts',
  ...['outages', 'server', 'install', 'many-processes', 'callbacks', 'migrations', 'cli', 'locale-keys'].map(
    (name) => `test/integration/${name}.test.ts`,
  ),
  'test/browser/sign-in.test.ts',
  ...['coordination/job-queue', 'database/configured-database', 'tenants/reencrypt'].map(
    (name) => `test/unit/${name}.test.ts`,
  ),
  ...['malformed-responses', 'lost-authority', 'exhaustion'].map((name) => `test/security/${name}.test.ts`),
  'test/sandbox/demo.test.ts',
];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = slowest.findIndex((file) => moduleId.endsWith(file));
      if (index !== -1) return index;
      return slowest.length + (moduleId.includes('/test/unit/') ? 1 : 0);
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
    // Not inherited by the projects, so that they share one build, one PostgreSQL and one browser.
    globalSetup: ['test/support/global-setup.ts'],
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        extends: false,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: [mockedHttp, ...(isLongForm ? alone : onlyLong)],
          // A worker loads the modules once for all its files.
          isolate: false,
          maxWorkers,
          ...common,
        },
      },
      {
        extends: false,
        test: { name: 'mocked-http', include: [mockedHttp], isolate: false, maxWorkers, ...common },
      },
      {
        extends: false,
        test: {
          name: 'alone',
          include: isLongForm ? alone : [],
          isolate: false,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          ...common,
        },
      },
    ],
  },
});
