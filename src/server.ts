import nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

/** The first version of Node.js that this process runs on. */
const [minMajor, minMinor] = [22, 12];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < minMajor || (major === minMajor && minor < minMinor)) {
  process.stderr.write(
    `Planlens needs Node.js ${minMajor}.${minMinor} or later; this is ${process.version}.\n`,
  );
  process.exit(1);
}
// Compiled code is kept beside the dependencies, under the same owner. Without write access there, nothing is kept.
nodeModule.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/planlens', import.meta.url)));
// A static import would be compiled before the cache is enabled.
const { runServer } = await import('./run-server.ts');
await runServer();
