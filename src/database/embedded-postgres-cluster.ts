import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lchown, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account, EmbeddedPostgresPaths } from './embedded-postgres-paths.ts';
import { DatabaseSetupError } from './setup-error.ts';

const run = promisify(execFile);

/** The only role of the cluster. */
export const role = 'planlens';

/**
 * Creates the cluster unless it exists. It is renamed once it is complete; the next start discards one that was
 * interrupted. @returns the password of the role
 */
export async function initialiseCluster(paths: EmbeddedPostgresPaths): Promise<string> {
  const { home, cluster, accounts } = paths;
  const passwordFile = join(home, 'password');
  if ((await lstat(cluster).catch(() => null)) !== null) return readPassword(passwordFile);

  const password = randomBytes(24).toString('base64url');
  await writeNewFile(passwordFile, password, undefined);
  const unfinished = `${cluster}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (accounts) await lchown(unfinished, accounts.setup.uid, accounts.setup.gid);
  await runInitdb(paths, unfinished, password);
  if (accounts) await changeOwner(unfinished, accounts.server);
  await rename(unfinished, cluster);
  return password;
}

/** Runs a program of PostgreSQL as the account of the server. */
export function runProgram(paths: EmbeddedPostgresPaths, program: string, args: readonly string[]) {
  return run(join(paths.bin, program), args, { cwd: paths.home, ...paths.accounts?.server });
}

/**
 * Restricts the data directory to its owner, which PostgreSQL requires. Some volumes give every file to a group, as
 * Kubernetes does with `fsGroup`.
 */
export async function restrictCluster({ cluster, accounts }: EmbeddedPostgresPaths): Promise<void> {
  const owner = accounts?.server.uid ?? process.getuid?.();
  if (owner === undefined) return;
  const handle = await openWithoutLinks(cluster, constants.O_DIRECTORY);
  try {
    const { mode, uid } = await handle.stat();
    if (uid === owner && (mode & 0o077) !== 0) await handle.chmod(0o700);
  } finally {
    await handle.close();
  }
}

async function runInitdb(paths: EmbeddedPostgresPaths, folder: string, password: string): Promise<void> {
  const { home, bin, accounts } = paths;
  const passwordFile = join(home, 'initial-password');
  const access = ['-U', role, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  await writeNewFile(passwordFile, password, accounts?.setup);
  try {
    await run(join(bin, 'initdb'), ['-D', folder, ...access, '--encoding=UTF8', '--locale=C'], {
      cwd: home,
      ...accounts?.setup,
    });
  } catch (error) {
    throw isAccountWithoutName(error) ? withoutName(accounts?.setup.uid ?? process.getuid?.()) : error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function isAccountWithoutName(error: unknown): boolean {
  return error instanceof Error && error.message.includes('could not look up effective user ID');
}

function withoutName(uid: number | undefined): DatabaseSetupError {
  return new DatabaseSetupError(
    `The embedded PostgreSQL cannot be set up: the account ${uid} has no name on this machine. Set DATABASE_URL, or add ` +
      'the account to /etc/passwd.',
  );
}

/** Always creates a new file: through a link in its place, another file would be overwritten or change its owner. */
async function writeNewFile(file: string, text: string, owner: Account | undefined): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (owner) await handle.chown(owner.uid, owner.gid);
  } finally {
    await handle.close();
  }
}

/** @throws DatabaseSetupError unless it is a file that this account wrote: its content is sent to the server */
async function readPassword(file: string): Promise<string> {
  const handle = await openWithoutLinks(file).catch(() => null);
  try {
    const status = await handle?.stat();
    const isOwn = status?.isFile() && (process.getuid === undefined || status.uid === process.getuid());
    if (handle !== null && isOwn) return await handle.readFile('utf8');
  } finally {
    await handle?.close();
  }
  throw new DatabaseSetupError(
    `The password of the embedded PostgreSQL, ${file}, must be a file of the account that runs Planlens.`,
  );
}

/** Windows has no such flags. */
function openWithoutLinks(path: string, flags: number = 0): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | flags);
}

/** Only `initdb` has written to the folder, and it has ended. Links are not followed. */
async function changeOwner(path: string, owner: Account): Promise<void> {
  await lchown(path, owner.uid, owner.gid);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await changeOwner(child, owner);
    else await lchown(child, owner.uid, owner.gid);
  }
}
