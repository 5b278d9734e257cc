import { configDefaults, defineConfig } from 'vitest/config';

// The excluded tests are slow and repeat what unit tests and golden vectors verify.
export default defineConfig({
  test: {
    isolate: false,
    include: ['test/unit/licensing/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      'test/unit/licensing/properties/**',
      'test/unit/licensing/assumptions-covered.test.ts',
    ],
    setupFiles: ['test/mutation/limit-property-runs.ts'],
    runner: 'test/mutation/runner.config.ts',
  },
});
