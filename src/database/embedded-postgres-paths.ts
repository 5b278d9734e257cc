import { createHash, randomInt } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, cp, lstat, mkdir, mkdtemp, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findPrograms } from './embedded-postgres-programs.ts';
import { DatabaseSetupError } from './setup-error.ts';

/** The folders of the embedded PostgreSQL and the accounts that use them. */
export interface EmbeddedPostgresPaths {
  /** The folder of its cluster and password. Only the account of this process can write to it. */
  readonly home: string;
  /** The data directory of PostgreSQL in `home`. */
  readonly cluster: string;
  /** The folder of its programs. */
  readonly bin: string;
  /** Set only when this process runs as root, which PostgreSQL refuses. */
  readonly accounts: EmbeddedPostgresAccounts | undefined;
}

interface EmbeddedPostgresAccounts {
  /** Runs the server. No other program uses the account. */
  readonly server: Account;
  /** Creates the cluster: `initdb` refuses an account without a name. Its group is that of the server. */
  readonly setup: Account;
}

/** A user and its group, by number. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Numbers that no Linux distribution gives to users or services (https://systemd.io/UIDS-GIDS/). Each cluster has its
 * own; the owner of an existing cluster is kept.
 */
const ownAccounts = { first: 60_706, count: 478 };
/** The account `nobody` of every Unix. Other programs may run as it, but not in our group. */
const nobody = 65_534;
/** Replaces folders that the account of the server cannot enter, or that other accounts can change. */
const sharedRoot = '/var/tmp';

/**
 * Creates the folder of the cluster under `dataDir` and finds the programs of the `embedded-postgres` package. As root, the
 * server runs under an account of its own; what this account cannot use safely is placed in `/var/tmp`.
 * @throws DatabaseSetupError when the programs are not installed, or when an existing folder cannot be trusted
 */
export async function prepareEmbeddedPostgresPaths(dataDir: string): Promise<EmbeddedPostgresPaths> {
  await mkdir(dataDir, { recursive: true });
  if (process.getuid?.() !== 0) {
    const home = resolve(dataDir, 'postgres');
    await mkdir(home, { recursive: true, mode: 0o700 });
    const bin = join(await findPrograms(), 'bin');
    return { home, cluster: join(home, 'cluster'), bin, accounts: undefined };
  }
  const home = await findHome(dataDir);
  const cluster = join(home, 'cluster');
  await mkdir(home, { mode: 0o700 }).catch(ignoreExisting);
  await assertRootFolder(home);
  const server = await findAccount(home, cluster);
  await admitGroup(home, server.gid);
  const bin = join(await prepareSharedPrograms(), 'bin');
  return { home, cluster, bin, accounts: { server, setup: { uid: nobody, gid: server.gid } } };
}

/** The folder under `dataDir`, or one in `/var/tmp` if other accounts could replace it or the server cannot enter it. */
async function findHome(dataDir: string): Promise<string> {
  const preferred = join(await realpath(dataDir), 'postgres');
  if (await isSafe(dirname(preferred))) return preferred;
  const hash = createHash('sha256').update(resolve(dataDir, 'postgres')).digest('hex');
  const home = join(sharedRoot, `planlens-${hash.slice(0, 16)}`);
  const isEarlier = (await exists(join(preferred, 'cluster'))) && !(await exists(join(home, 'cluster')));
  if (isEarlier) throw untrusted(preferred, 'is in a folder that other accounts can change');
  return home;
}

/** Whether every account can enter a folder, and only root can replace it or one above it. */
async function isSafe(folder: string): Promise<boolean> {
  const { mode, uid } = await lstat(folder);
  // In a sticky folder such as /tmp, only root can replace what belongs to root.
  const isReplaceable = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
  if (uid !== 0 || (mode & 0o001) === 0 || isReplaceable) return false;
  const parent = dirname(folder);
  return parent === folder || isSafe(parent);
}

/** The owner of an existing cluster, otherwise the account whose group may enter `home`, otherwise a new one. */
async function findAccount(home: string, cluster: string): Promise<Account> {
  const status = await lstat(cluster).catch(() => null);
  if (status === null) {
    const { gid } = await lstat(home);
    const id = isOwnAccount(gid) ? gid : ownAccounts.first + randomInt(ownAccounts.count);
    return { uid: id, gid: id };
  }
  const { uid, gid } = status;
  if (status.isDirectory() && isOwnAccount(uid)) return { uid, gid };
  throw untrusted(cluster, `belongs to another account (uid ${uid})`);
}

function isOwnAccount(id: number): boolean {
  return id >= ownAccounts.first && id < ownAccounts.first + ownAccounts.count;
}

/** Lets the group of the server enter the folder of root, through a handle that follows no link. */
async function admitGroup(home: string, gid: number): Promise<void> {
  const handle = await open(home, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if ((await handle.stat()).uid !== 0) throw untrusted(home, 'belongs to another account');
    await handle.chown(0, gid);
    await handle.chmod(0o750);
  } finally {
    await handle.close();
  }
}

/** The folder of the programs, copied to `/var/tmp` once if other accounts cannot enter the packages. */
async function prepareSharedPrograms(): Promise<string> {
  const installed = await findPrograms();
  if (await canOthersEnter(join(installed, 'bin'))) return installed;
  const size = (await stat(join(installed, 'bin', 'postgres'))).size;
  const shared = join(sharedRoot, `planlens-postgres-programs-${size}`);
  if (!(await exists(shared))) {
    const copy = await mkdtemp(`${shared}-`);
    await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
    await chmod(copy, 0o755);
    await rename(copy, shared).catch(() => rm(copy, { recursive: true, force: true }));
  }
  await assertRootFolder(shared);
  return shared;
}

async function canOthersEnter(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  const parent = dirname(folder);
  return (mode & 0o001) !== 0 && (parent === folder || canOthersEnter(parent));
}

/** Every account can write to `/var/tmp`: another one may have created the folder first, or a link to elsewhere. */
async function assertRootFolder(folder: string): Promise<void> {
  const status = await lstat(folder);
  const { mode, uid } = status;
  if (!status.isDirectory()) throw untrusted(folder, 'is not a folder');
  if (uid !== 0) throw untrusted(folder, `belongs to another account (uid ${uid})`);
  if ((mode & 0o022) !== 0) throw untrusted(folder, 'can be changed by other accounts');
}

function untrusted(folder: string, reason: string): DatabaseSetupError {
  return new DatabaseSetupError(
    `The embedded PostgreSQL does not use ${folder}: it ${reason}. Set DATABASE_URL, set DATA_DIR to another folder, or ` +
      'delete the folder to start with an empty database (docs/operations.md, “Upgrade”, tells how to keep the data).',
  );
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
