import { defineConfig } from 'vitest/config';

// Measurements that need the PostgreSQL and the browser of the tests.
export default defineConfig({
  test: {
    include: ['bench/**/*.measure.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
