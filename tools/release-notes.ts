import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSections } from './changelog.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

process.exitCode = printNotes(process.argv[2] ?? '');

/** Prints the changelog section of a tag, which must be `v` and the version in package.json. @returns the exit code */
function printNotes(tag: string): number {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (tag !== `v${version}`) {
    process.stderr.write(
      `Tag "${tag}" does not match version ${version} in package.json: tag v${version}.\n`,
    );
    return 1;
  }
  const sections = readSections(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  const section = sections.find((each) => each.version === version);
  if (section === undefined || section.date === null || section.text === '') {
    process.stderr.write(`CHANGELOG.md needs a section "## [${version}] - <date>" with the changes.\n`);
    return 1;
  }
  process.stdout.write(`${section.text}\n`);
  return 0;
}
