import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts', 'test/support/browser-program.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
