import { spawnSync } from 'node:child_process';

/**
 * Whether a program is on PATH. If it is not, prints why tests are skipped and the Debian package that contains it.
 */
export function installed(program: string, debianPackage: string): boolean {
  const found = spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0;
  if (!found) {
    const remedy = `Tests with ${program} are skipped: it is not installed. On Debian: apt-get install ${debianPackage}`;
    process.stderr.write(`${remedy}\n`);
  }
  return found;
}
