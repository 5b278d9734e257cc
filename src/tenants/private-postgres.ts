import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PostgresPlace, preparePostgresPlace } from './postgres-place.ts';

/** A PostgreSQL of our own: its connection URL, where its files are, and how to stop it. */
export interface PrivatePostgres {
  readonly url: string;
  readonly folder: string;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const role = 'planlens';

/**
 * Starts PostgreSQL under `dataDir`, or attaches to the one a killed process left running there.
 * The server outlives this process on purpose (`pg_ctl` detaches it): only `stop` ends it.
 */
export async function startPrivatePostgres(dataDir: string): Promise<PrivatePostgres> {
  const place = await preparePostgresPlace(dataDir);
  const cluster = join(place.home, 'cluster');
  const password = await initialisedCluster(place, cluster);
  const port = (await runningPort(place, cluster)) ?? (await startServer(place, cluster));
  return {
    url: `postgres://${role}:${password}@127.0.0.1:${port}/postgres`,
    folder: place.home,
    stop: async () => void (await command(place, 'pg_ctl', ['stop', '-D', cluster, '-m', 'fast', '-w'])),
  };
}

function command(place: PostgresPlace, program: string, args: readonly string[]) {
  return run(join(place.bin, program), args, { cwd: place.home, ...place.account });
}

/** Makes the cluster whole or not at all: a kill in mid-way leaves a folder that the next start throws away. */
async function initialisedCluster(place: PostgresPlace, cluster: string): Promise<string> {
  const passwordFile = join(place.home, 'password');
  const existing = await readFile(join(cluster, 'PG_VERSION')).catch(() => null);
  if (existing !== null) return readFile(passwordFile, 'utf8');

  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (place.account) await chown(passwordFile, place.account.uid, place.account.gid);
  const unfinished = `${cluster}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const access = ['-U', role, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  await command(place, 'initdb', ['-D', unfinished, ...access, '--encoding=UTF8', '--locale=C']);
  await rename(unfinished, cluster);
  return password;
}

/**
 * The port of a server at work on the cluster, or null. A killed one whose process nobody reaped (a container without
 * init) looks alive to pg_ctl: only an answer at its port counts, and the file that claims otherwise is removed.
 */
async function runningPort(place: PostgresPlace, cluster: string): Promise<number | null> {
  const running = await command(place, 'pg_ctl', ['status', '-D', cluster]).catch(() => null);
  if (running === null) return null;
  const pidFile = join(cluster, 'postmaster.pid');
  const port = Number((await readFile(pidFile, 'utf8')).split('\n')[3]);
  if (await answers(port)) return port;
  await rm(pidFile);
  return null;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function startServer(place: PostgresPlace, cluster: string): Promise<number> {
  const port = await freePort();
  const log = join(place.home, 'server.log');
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
  try {
    await command(place, 'pg_ctl', ['start', '-D', cluster, '-w', '-l', log, '-o', settings]);
  } catch (cause) {
    throw new Error(`the private PostgreSQL did not start; its log is ${log}`, { cause });
  }
  return port;
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
