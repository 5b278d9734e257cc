import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { type EmbeddedPostgresPaths, prepareEmbeddedPostgresPaths } from './embedded-postgres-paths.ts';
import { acquireUsage, connectToServer, isIdle, releaseUsage } from './embedded-postgres-usage.ts';

/** A running PostgreSQL that belongs to this app. */
export interface EmbeddedPostgres {
  /** The connection URL, with its password. */
  readonly url: string;
  /** The folder of its cluster, password file and log. */
  readonly home: string;
  /** Stops it unless another process uses it; then the last of them does. */
  stop(): Promise<void>;
}

interface Cluster {
  readonly paths: EmbeddedPostgresPaths;
  /** The data directory of PostgreSQL. */
  readonly folder: string;
  readonly password: string;
}

const run = promisify(execFile);
const role = 'planlens';

/** The maximum time of a server start or shutdown that another process began, ms. */
const changeTimeoutMs = 20_000;
/** The maximum time of a shutdown, which writes all data to disk, ms: the default of `pg_ctl`. */
const stopTimeoutMs = 60_000;
const pollIntervalMs = 100;
/** The pause before the second attempt to start, ms. */
const retryDelayMs = 1_000;

/**
 * Starts PostgreSQL under `dataDir`, or attaches to a server that already runs there. `pg_ctl` detaches the server, so it
 * outlives a killed process and only `stop` ends it.
 * @throws when the server does not start or is not stopped in time; the message names its log
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const paths = await prepareEmbeddedPostgresPaths(dataDir);
  const folder = join(paths.home, 'cluster');
  const cluster = { paths, folder, password: await initialiseCluster(paths, folder) };
  const session = await useServer(cluster);
  return {
    url: toUrl(cluster, session.port),
    home: paths.home,
    stop: async () => {
      await releaseUsage(session);
      await stopIfIdle(cluster);
    },
  };
}

function toUrl({ password }: Cluster, port: number): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/postgres`;
}

/** Connects to the server, starting it if needed, and registers this process as its user. */
async function useServer(cluster: Cluster): Promise<Client> {
  for (const deadline = Date.now() + changeTimeoutMs; Date.now() < deadline; await sleep(pollIntervalMs)) {
    const session = await findOrStartServer(cluster, 2);
    if (await acquireUsage(session)) return session;
    await session.end();
  }
  throw new Error('the embedded PostgreSQL is being stopped and does not end');
}

async function findOrStartServer(cluster: Cluster, attempts: number): Promise<Client> {
  const server = await findServer(cluster);
  if (server !== 'none' && server !== 'stale') return server;
  if (server === 'stale') await rm(toPidFile(cluster), { force: true });
  try {
    return await startServer(cluster);
  } catch (error) {
    // The previous server may still be ending, or another process started one first.
    if (attempts === 1) throw error;
    await sleep(retryDelayMs);
    return findOrStartServer(cluster, attempts - 1);
  }
}

async function stopIfIdle(cluster: Cluster): Promise<void> {
  const session = await findServer(cluster);
  if (session === 'none' || session === 'stale') return;
  try {
    if (await isIdle(session)) await stopServer(cluster);
  } finally {
    await session.end();
  }
}

/** Waits for this server only: `pg_ctl` would also wait for one that another process starts meanwhile. */
async function stopServer(cluster: Cluster): Promise<void> {
  const [pid] = await readPidFile(cluster);
  await runProgram(cluster.paths, 'pg_ctl', ['stop', '-D', cluster.folder, '-m', 'fast', '-W']);
  for (const deadline = Date.now() + stopTimeoutMs; Date.now() < deadline; await sleep(pollIntervalMs)) {
    if ((await readPidFile(cluster))[0] !== pid) return;
  }
  throw new Error('the embedded PostgreSQL does not end');
}

function runProgram(paths: EmbeddedPostgresPaths, program: string, args: readonly string[]) {
  return run(join(paths.bin, program), args, { cwd: paths.home, ...paths.account });
}

/**
 * Creates the cluster unless it exists. It is renamed once it is complete; the next start discards one that was
 * interrupted. @returns the password of the role
 */
async function initialiseCluster(paths: EmbeddedPostgresPaths, folder: string): Promise<string> {
  const passwordFile = join(paths.home, 'password');
  const version = await readFile(join(folder, 'PG_VERSION')).catch(() => null);
  if (version !== null) return readFile(passwordFile, 'utf8');

  const password = randomBytes(24).toString('base64url');
  await writePassword(paths, passwordFile, password);
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const access = ['-U', role, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  await runProgram(paths, 'initdb', ['-D', unfinished, ...access, '--encoding=UTF8', '--locale=C']);
  await rename(unfinished, folder);
  return password;
}

/** Always creates a new file: through a link in its place, root would overwrite another file and change its owner. */
async function writePassword(
  { account }: EmbeddedPostgresPaths,
  file: string,
  password: string,
): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(password);
    if (account) await handle.chown(account.uid, account.gid);
  } finally {
    await handle.close();
  }
}

/**
 * Connects to the server of the cluster. `stale`: a pid file exists, but no server of this cluster responds. A killed
 * server whose process was not reaped (a container without init) looks alive to `pg_ctl`, and another program may have
 * taken its port, so only a PostgreSQL that accepts the password counts.
 */
async function findServer(cluster: Cluster): Promise<Client | 'stale' | 'none'> {
  for (const deadline = Date.now() + changeTimeoutMs; ; await sleep(pollIntervalMs)) {
    if (!(await isReportedRunning(cluster))) return 'none';
    const [, , , port = '', , , , state = ''] = await readPidFile(cluster);
    const session = port === '' ? 'changing' : await connectToServer(toUrl(cluster, Number(port)));
    if (session !== null && session !== 'changing') return session;
    const isChanging = session === 'changing' || ['starting', 'stopping'].includes(state.trim());
    if (!isChanging || Date.now() >= deadline) return 'stale';
  }
}

/** `pg_ctl status` exits with 0 when a server runs, with 3 when none does, and with another status when it cannot tell. */
async function isReportedRunning({ paths, folder }: Cluster): Promise<boolean> {
  const status = runProgram(paths, 'pg_ctl', ['status', '-D', folder]).then(() => true);
  return status.catch((error: { code?: unknown }) => {
    if (error.code === 3) return false;
    throw error;
  });
}

/** The lines of the pid file: process id, folder, start time, port and, in line 8, the state. Empty without the file. */
async function readPidFile(cluster: Cluster): Promise<string[]> {
  return (await readFile(toPidFile(cluster), 'utf8').catch(() => '')).split('\n');
}

function toPidFile({ folder }: Cluster): string {
  return join(folder, 'postmaster.pid');
}

async function startServer(cluster: Cluster): Promise<Client> {
  const { paths, folder } = cluster;
  const port = await findFreePort();
  const log = join(paths.home, 'server.log');
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
  try {
    await runProgram(paths, 'pg_ctl', ['start', '-D', folder, '-w', '-l', log, '-o', settings]);
  } catch (cause) {
    throw new Error(`the embedded PostgreSQL did not start; its log is ${log}`, { cause });
  }
  const session = await connectToServer(toUrl(cluster, port));
  if (session === null || session === 'changing') {
    throw new Error(`the embedded PostgreSQL ended after its start; its log is ${log}`);
  }
  return session;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject()));
    });
  });
}
