import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDrift } from './drift/find-drift.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

process.exitCode = printDrift(process.argv[2] ?? '');

/**
 * Prints what differs between our data and a checkout of SuperOffice's documentation sources.
 * @returns the exit code: 0 if nothing differs, 1 if something does, 2 if the folder is no checkout
 */
function printDrift(checkout: string): number {
  if (!existsSync(join(checkout, 'en')) || !existsSync(join(checkout, 'api-sources'))) {
    process.stderr.write(
      `"${checkout}" has no folders "en" and "api-sources": name a checkout of github.com/SuperOfficeDocs/docs.\n`,
    );
    return 2;
  }
  const drifts = findDrift(root, checkout);
  for (const { title, lines } of drifts)
    process.stdout.write(`${title}: ${lines.length}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  return drifts.every(({ lines }) => lines.length === 0) ? 0 : 1;
}
