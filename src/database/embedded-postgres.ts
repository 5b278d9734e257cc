import { randomInt } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { initialiseCluster, restrictCluster, role, runProgram } from './embedded-postgres-cluster.ts';
import { type EmbeddedPostgresPaths, prepareEmbeddedPostgresPaths } from './embedded-postgres-paths.ts';
import { acquireUsage, connectToServer, isIdle, releaseUsage } from './embedded-postgres-usage.ts';
import { requireScram } from './require-auth.ts';

/** A running PostgreSQL that belongs to this app. */
export interface EmbeddedPostgres {
  /** The connection URL, with its password. It stays the same when the server is started again. */
  readonly url: string;
  /** The folder of its cluster and password; the log is in the cluster. */
  readonly home: string;
  /** Stops it unless another process uses it; then the last of them does. */
  stop(): Promise<void>;
}

/** What happens to a server that was killed. */
export interface EmbeddedPostgresEvents {
  /** The server is gone; it is being started again. */
  onLost(): void;
  onRestarted(): void;
  /** It did not start; the next attempt follows in five seconds. */
  onRestartFailed(error: unknown): void;
}

interface Cluster {
  readonly paths: EmbeddedPostgresPaths;
  readonly password: string;
}

/** The maximum time of a server start or shutdown that another process began, ms. */
const changeTimeoutMs = 20_000;
/** The maximum time of a shutdown, which writes all data to disk, ms: the default of `pg_ctl`. */
const stopTimeoutMs = 60_000;
const pollIntervalMs = 100;
/** The pause before the second attempt to start, ms. */
const retryDelayMs = 1_000;
const ports = { first: 20_000, count: 12_000 };
const maxPortAttempts = 20;
/** The pause before a killed server that did not start again is tried once more, ms. */
const restartIntervalMs = 5_000;

/**
 * Starts PostgreSQL under `dataDir`, or attaches to a server that already runs there. `pg_ctl` detaches the server, so it
 * outlives a killed process and only `stop` ends it. A server that is killed is started again at the same port.
 * @throws DatabaseSetupError when it is not installed or its folder cannot be used
 * @throws when the server does not start or is not stopped in time; the message names its log
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  events?: EmbeddedPostgresEvents,
): Promise<EmbeddedPostgres> {
  const paths = await prepareEmbeddedPostgresPaths(dataDir);
  const cluster = { paths, password: await initialiseCluster(paths) };
  const first = await useServer(cluster, null);
  const { port } = first;
  let session = first;
  let restarting = Promise.resolve();
  const stopping = new AbortController();

  function watch(client: Client): void {
    client.once('end', () => {
      if (!stopping.signal.aborted) restarting = restart();
    });
  }
  async function restart(): Promise<void> {
    events?.onLost();
    while (!stopping.signal.aborted) {
      try {
        session = await useServer(cluster, port);
        watch(session);
        events?.onRestarted();
        return;
      } catch (error) {
        events?.onRestartFailed(error);
        await sleep(restartIntervalMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  watch(first);
  return {
    url: toUrl(cluster, port),
    home: paths.home,
    stop: async () => {
      stopping.abort();
      await restarting;
      await releaseUsage(session);
      await stopIfIdle(cluster);
    },
  };
}

function toUrl({ password }: Cluster, port: number): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/postgres?${requireScram}`;
}

/**
 * Connects to the server, starting it if needed, and registers this process as its user.
 * @param port the port it must have; null for any
 */
async function useServer(cluster: Cluster, port: number | null): Promise<Client> {
  for (const deadline = Date.now() + changeTimeoutMs; Date.now() < deadline; await sleep(pollIntervalMs)) {
    const session = await findOrStartServer(cluster, port, 2);
    const isUsable = port === null || session.port === port;
    if (isUsable && (await acquireUsage(session))) return session;
    await session.end();
    if (!isUsable) throw new Error(`the embedded PostgreSQL was started again at port ${session.port}`);
  }
  throw new Error('the embedded PostgreSQL is being stopped and does not end');
}

async function findOrStartServer(cluster: Cluster, port: number | null, attempts: number): Promise<Client> {
  const server = await findServer(cluster);
  if (server !== 'none' && server !== 'stale') return server;
  // Other processes may still use the port of a server that was killed.
  const former = Number((await readPidFile(cluster))[3]) || 0;
  if (server === 'stale') await rm(toPidFile(cluster), { force: true });
  try {
    return await startServer(cluster, port ?? (await findFreePort(former)));
  } catch (error) {
    // The previous server may still be ending, or another process started one first.
    if (attempts === 1) throw error;
    await sleep(retryDelayMs);
    return findOrStartServer(cluster, port, attempts - 1);
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
  await runProgram(cluster.paths, 'pg_ctl', ['stop', '-D', cluster.paths.cluster, '-m', 'fast', '-W']);
  for (const deadline = Date.now() + stopTimeoutMs; Date.now() < deadline; await sleep(pollIntervalMs)) {
    if ((await readPidFile(cluster))[0] !== pid) return;
  }
  throw new Error('the embedded PostgreSQL does not end');
}

/**
 * Connects to the server of the cluster. `stale`: a pid file exists, but no server of this cluster responds. A killed
 * server whose process was not reaped (a container without init) looks alive to `pg_ctl`, and another program may have
 * taken its port, so only a PostgreSQL that accepts the password counts.
 */
async function findServer(cluster: Cluster): Promise<Client | 'stale' | 'none'> {
  for (const deadline = Date.now() + changeTimeoutMs; ; await sleep(pollIntervalMs)) {
    if (!(await isReportedRunning(cluster))) return 'none';
    const { 3: port = '' } = await readPidFile(cluster);
    const session = port === '' ? 'changing' : await connectToServer(toUrl(cluster, Number(port)));
    if (session !== null && session !== 'changing') return session;
    // Read after the attempt to connect: a server writes that it stops before it closes its port, and the pid file of one
    // that still runs must not be removed, because it would then remove that of the next server.
    const { 3: portAfter, 7: state = '' } = await readPidFile(cluster);
    const isChanging =
      session === 'changing' || portAfter !== port || ['starting', 'stopping'].includes(state.trim());
    if (!isChanging || (session === null && Date.now() >= deadline)) return 'stale';
    if (Date.now() >= deadline) throw new Error('the embedded PostgreSQL does not finish its start or stop');
  }
}

/** `pg_ctl status` exits with 0 when a server runs, with 3 when none does, and with another status when it cannot tell. */
async function isReportedRunning({ paths }: Cluster): Promise<boolean> {
  const status = runProgram(paths, 'pg_ctl', ['status', '-D', paths.cluster]).then(() => true);
  return status.catch((error: { code?: unknown }) => {
    if (error.code === 3) return false;
    throw error;
  });
}

/** The lines of the pid file: process id, folder, start time, port and, in line 8, the state. Empty without the file. */
async function readPidFile(cluster: Cluster): Promise<string[]> {
  return (await readFile(toPidFile(cluster), 'utf8').catch(() => '')).split('\n');
}

function toPidFile({ paths }: Cluster): string {
  return join(paths.cluster, 'postmaster.pid');
}

async function startServer(cluster: Cluster, port: number): Promise<Client> {
  const { paths } = cluster;
  // In the folder of the cluster, the only one that the account of the server can write to.
  const log = join(paths.cluster, 'server.log');
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
  await restrictCluster(paths);
  try {
    await runProgram(paths, 'pg_ctl', ['start', '-D', paths.cluster, '-w', '-l', log, '-o', settings]);
  } catch (cause) {
    throw new Error(`the embedded PostgreSQL did not start; its log is ${log}`, { cause });
  }
  const session = await connectToServer(toUrl(cluster, port));
  if (session === null || session === 'changing') {
    throw new Error(`the embedded PostgreSQL ended after its start; its log is ${log}`);
  }
  return session;
}

/**
 * A free port of the loopback interface: the preferred one unless it is 0 or taken. Others are below the ports that Linux
 * gives to outgoing connections, one of which could take the port of a killed server before it is started again.
 */
function findFreePort(preferred: number, attempts = maxPortAttempts): Promise<number> {
  const port = preferred || ports.first + randomInt(ports.count);
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () =>
      attempts === 1 ? reject(new Error('no free port')) : resolve(findFreePort(0, attempts - 1)),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}
