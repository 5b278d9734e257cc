import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportValidation } from './report.ts';
import { validateManifest } from './validate.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

if (process.argv.includes('--write')) {
  for (const [file, content] of validateManifest(folder, root).generated) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
}
const isRelease = process.argv.includes('--release');
const { lines, exitCode } = reportValidation(validateManifest(folder, root), { isRelease });
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = exitCode;
