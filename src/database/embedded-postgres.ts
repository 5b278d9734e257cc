import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { type EmbeddedPostgresPaths, prepareEmbeddedPostgresPaths } from './embedded-postgres-paths.ts';
import { acquireUsage, isIdle, openSession, releaseUsage } from './embedded-postgres-usage.ts';

/** A PostgreSQL of our own: its connection URL, where its files are, and how to stop it. */
export interface EmbeddedPostgres {
  readonly url: string;
  readonly folder: string;
  /** Stops it, unless another process uses it: then the last of them does. */
  stop(): Promise<void>;
}

interface Cluster {
  readonly place: EmbeddedPostgresPaths;
  readonly folder: string;
  readonly password: string;
}

const run = promisify(execFile);
const role = 'planlens';

/** How long a server may take to come up or go down, ms, and how often to look. */
const changeMs = 20_000;
/** How long one may take to write everything down at its end, as long as pg_ctl itself waits by default. */
const endMs = 60_000;
const pollIntervalMs = 100;
const changeOverMs = 1_000;

/**
 * Starts PostgreSQL under `dataDir`, or attaches to the one that another process uses or, killed, left running there.
 * The server outlives this process on purpose (`pg_ctl` detaches it): only `stop` ends it.
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const place = await prepareEmbeddedPostgresPaths(dataDir);
  const folder = join(place.home, 'cluster');
  const cluster = { place, folder, password: await initialisedCluster(place, folder) };
  const session = await useServer(cluster);
  return {
    url: urlAt(cluster, session.port),
    folder: place.home,
    stop: async () => {
      await releaseUsage(session);
      await stopUnused(cluster);
    },
  };
}

function urlAt({ password }: Cluster, port: number): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/postgres`;
}

async function useServer(cluster: Cluster): Promise<Client> {
  for (const giveUpAt = Date.now() + changeMs; Date.now() < giveUpAt; await sleep(pollIntervalMs)) {
    const session = await runningOrStarted(cluster, 2);
    if (await acquireUsage(session)) return session;
    await session.end();
  }
  throw new Error('the private PostgreSQL is being stopped and does not end');
}

async function runningOrStarted(cluster: Cluster, tries: number): Promise<Client> {
  const found = await runningServer(cluster);
  if (found !== 'none' && found !== 'stale') return found;
  if (found === 'stale') await rm(pidFile(cluster), { force: true });
  try {
    return await startServer(cluster);
  } catch (error) {
    // The server before may be not quite gone, or another process was faster.
    if (tries === 1) throw error;
    await sleep(changeOverMs);
    return runningOrStarted(cluster, tries - 1);
  }
}

async function stopUnused(cluster: Cluster): Promise<void> {
  const session = await runningServer(cluster);
  if (session === 'none' || session === 'stale') return;
  try {
    if (await isIdle(session)) await stopServer(cluster);
  } finally {
    await session.end();
  }
}

/** Waits for the end of this server only: pg_ctl would wait for one that another process starts meanwhile, too. */
async function stopServer(cluster: Cluster): Promise<void> {
  const [pid] = await claimOf(cluster);
  await command(cluster.place, 'pg_ctl', ['stop', '-D', cluster.folder, '-m', 'fast', '-W']);
  for (const giveUpAt = Date.now() + endMs; Date.now() < giveUpAt; await sleep(pollIntervalMs)) {
    if ((await claimOf(cluster))[0] !== pid) return;
  }
  throw new Error('the private PostgreSQL does not end');
}

function command(place: EmbeddedPostgresPaths, program: string, args: readonly string[]) {
  return run(join(place.bin, program), args, { cwd: place.home, ...place.account });
}

/** Makes the cluster whole or not at all: a kill in mid-way leaves a folder that the next start throws away. */
async function initialisedCluster(place: EmbeddedPostgresPaths, cluster: string): Promise<string> {
  const passwordFile = join(place.home, 'password');
  const existing = await readFile(join(cluster, 'PG_VERSION')).catch(() => null);
  if (existing !== null) return readFile(passwordFile, 'utf8');

  const password = randomBytes(24).toString('base64url');
  await writePassword(place, passwordFile, password);
  const unfinished = `${cluster}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const access = ['-U', role, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  await command(place, 'initdb', ['-D', unfinished, ...access, '--encoding=UTF8', '--locale=C']);
  await rename(unfinished, cluster);
  return password;
}

/** Always a file of our own making: a link put in its place could have root write and give away another. */
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
 * A session with the server at work on the cluster; `stale` where only its pid file says that there is one. A killed
 * one whose process nobody reaped (a container without init) looks alive to pg_ctl, and its port may be another
 * program's by now: only a PostgreSQL that lets us in by our password counts.
 */
async function runningServer(cluster: Cluster): Promise<Client | 'stale' | 'none'> {
  for (const giveUpAt = Date.now() + changeMs; ; await sleep(pollIntervalMs)) {
    if (!(await claimsToRun(cluster))) return 'none';
    const [, , , port = '', , , , state = ''] = await claimOf(cluster);
    const session = port === '' ? 'changing' : await openSession(urlAt(cluster, Number(port)));
    if (session !== null && session !== 'changing') return session;
    const changing = session === 'changing' || ['starting', 'stopping'].includes(state.trim());
    if (!changing || Date.now() >= giveUpAt) return 'stale';
  }
}

/** Exit status 3 of `pg_ctl status` says that no server runs, any other than 0 that it cannot tell. */
async function claimsToRun({ place, folder }: Cluster): Promise<boolean> {
  const asked = command(place, 'pg_ctl', ['status', '-D', folder]).then(() => true);
  return asked.catch((error: { code?: unknown }) => {
    if (error.code === 3) return false;
    throw error;
  });
}

/** The lines of the pid file: process id, folder, start, port and, at the end, the state; none without the file. */
async function claimOf(cluster: Cluster): Promise<string[]> {
  return (await readFile(pidFile(cluster), 'utf8').catch(() => '')).split('\n');
}

function pidFile({ folder }: Cluster): string {
  return join(folder, 'postmaster.pid');
}

async function startServer(cluster: Cluster): Promise<Client> {
  const { place, folder } = cluster;
  const port = await freePort();
  const log = join(place.home, 'server.log');
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
  try {
    await command(place, 'pg_ctl', ['start', '-D', folder, '-w', '-l', log, '-o', settings]);
  } catch (cause) {
    throw new Error(`the private PostgreSQL did not start; its log is ${log}`, { cause });
  }
  const session = await openSession(urlAt(cluster, port));
  if (session === null || session === 'changing') throw new Error(`it is gone again; its log is ${log}`);
  return session;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject()));
    });
  });
}
