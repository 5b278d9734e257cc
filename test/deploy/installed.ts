import { spawnSync } from 'node:child_process';

/** PATH with the folder of nginx, which Debian puts on the PATH of root only. */
export const programPath = `${process.env.PATH}:/usr/sbin`;

/** Whether a program is on PATH. If it is not, prints that tests are skipped and which Debian package contains it. */
export function installed(program: string, debianPackage: string): boolean {
  const env = { PATH: programPath };
  const found = spawnSync('/bin/sh', ['-c', `command -v ${program}`], { env }).status === 0;
  if (!found) {
    const remedy = `Tests with ${program} are skipped: it is not installed. On Debian: apt-get install ${debianPackage}`;
    process.stderr.write(`${remedy}\n`);
  }
  return found;
}
