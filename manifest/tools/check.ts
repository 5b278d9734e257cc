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
const { problems, vendorTodos } = validateManifest(folder, root);
for (const { file, where, message } of problems) print(`${file}${where && ` ${where}`}: ${message}`);
for (const todo of vendorTodos) print(`to be provided by the vendor: ${todo}`);
print(
  problems.length === 0
    ? 'The manifest is valid.'
    : `${problems.length} problem(s). To update the generated files, run npm run manifest:check -- --write.`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
