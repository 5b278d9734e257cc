import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validateManifest } from './validate.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

if (process.argv.includes('--write')) {
  for (const [file, content] of validateManifest(folder, root).generated) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
}
const { problems, left } = validateManifest(folder, root);
for (const { file, where, says } of problems) say(`${file}${where && ` ${where}`}: ${says}`);
for (const each of left) say(`left to the vendor in ${each}`);
say(
  problems.length === 0
    ? 'manifest is as it has to be'
    : `${problems.length} problem(s); what follows from the rest is written by npm run manifest:check -- --write`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
