import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Compiled code is kept beside the dependencies, under the same owner. Without write access there, nothing is kept.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/planlens', import.meta.url)));
// A static import would be compiled before the cache is enabled.
const { runServer } = await import('./run-server.ts');
await runServer();
