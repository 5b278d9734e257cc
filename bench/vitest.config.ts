import { defineConfig } from 'vitest/config';

// The measurements that need the tests' PostgreSQL and browser; nothing here can fail but the measuring.
export default defineConfig({
  test: {
    include: ['bench/**/*.measure.ts'],
    globalSetup: ['test/support/postgres-server.ts', 'test/support/browser-program.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
