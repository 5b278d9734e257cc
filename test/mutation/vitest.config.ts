import { configDefaults, defineConfig } from 'vitest/config';

// Laws and the mapping test take long and say again what unit tests and golden vectors say of each line.
export default defineConfig({
  test: {
    isolate: false,
    include: ['test/unit/licensing/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      'test/unit/licensing/properties/**',
      'test/unit/licensing/assumptions-covered.test.ts',
    ],
    setupFiles: ['test/mutation/fewer-runs.ts'],
    runner: 'test/mutation/runner.config.ts',
  },
});
