import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { type Logger, pino } from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import { buildApp, loadPages, type Pages } from './app.ts';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config/config.ts';
import { DatabaseSetupError } from './database/setup-error.ts';
import { createProvisioning } from './lifecycle/provisioning/create-provisioning.ts';
import { startWorkersEventually } from './lifecycle/start-workers-eventually.ts';
import { openLogOutput } from './log-output.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { projectRoot } from './project-root.ts';
import { openServices, type Services } from './services.ts';
import { limitConnections } from './web/middleware/limit-connections.ts';

const root = fileURLToPath(projectRoot);

/**
 * Connections still open after this are closed, as a closing server no longer applies its timeouts. Container runtimes
 * kill a process after ten seconds.
 */
const shutdownGraceMs = 8_000;

/**
 * Slow-client timeouts, ms. A page may wait half a minute for SuperOffice, so an idle connection is closed after twice
 * that.
 */
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, timeout: 60_000 };

/** How often the first two timeouts are checked, also for a connection without a request, ms. */
const connectionsCheckingInterval = 2_000;

/**
 * Longer than load balancers and proxies keep an idle connection, usually 60 s, ms: they must be the ones to close it. A
 * request on a connection that is being closed fails.
 */
const keepAliveTimeout = 75_000;

/**
 * Further connections are refused. Each costs up to 60 kB while a request with a body of 32 kB is received, so that all
 * of them fit into 250 MB.
 */
const maxConnections = 4_096;

/** Connections of one client that reaches the process without a trusted proxy. */
const maxConnectionsPerClient = 256;

/** What no request needs is started this long after the process is ready, so that it does not delay the first ones, ms. */
const firstRequestsMs = 50;

/** How long `/readyz` reports a stopping process before it refuses connections, ms: proxies ask every few seconds. */
const drainMs = 1_000;

/**
 * Runs the server and its workers until SIGTERM or SIGINT, then ends the process. Its exit code is 1 if the start or the
 * stop failed.
 */
export async function runServer(): Promise<never> {
  try {
    const config = loadConfig(processEnvironment());
    const log = pino({ level: config.logLevel }, openLogOutput());
    // Installed before anything starts, so that an early signal stops it too.
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
    const metrics = createMetrics();
    collectDefaultMetrics({ register: metrics.registry });
    const openingServices = openServices({ config, log, metrics, now: Date.now });
    // Read while the database connects.
    const pages = loadPages(root);
    const services = await openingServices;
    try {
      if (!stop.signal.aborted) await serve({ config, log, metrics, pages, services, stop: stop.signal });
    } finally {
      await services.close().catch((error: unknown) => {
        log.error({ err: error }, 'shutdown incomplete');
        process.exitCode = 1;
      });
    }
  } catch (error) {
    const isForOperator = error instanceof ConfigError || error instanceof DatabaseSetupError;
    process.stderr.write(`${isForOperator ? error.message : inspect(error)}\n`);
    process.exitCode = 1;
  }
  // A connection to a silent database would keep the process alive until TCP gives up.
  process.exit();
}

/** Serves requests and runs the workers until `stop`, then finishes what is in progress. */
async function serve(deps: {
  config: Config;
  log: Logger;
  metrics: Metrics;
  pages: Pages;
  services: Services;
  stop: AbortSignal;
}) {
  const { config, pages, services, stop, log } = deps;
  const provisioning = createProvisioning({ config, services, root });
  const { app, listener, loadRest, warmUp } = buildApp({
    ...deps,
    root,
    ...provisioning,
    stopping: stop,
    now: Date.now,
  });
  const server = createServer({ connectionsCheckingInterval }, listener);
  const isTrusted: (address: string, hop: number) => boolean = app.get('trust proxy fn');
  limitConnections(server, maxConnectionsPerClient, (address) => isTrusted(address, 0));
  Object.assign(server, timeouts, { keepAliveTimeout, maxConnections });
  server.listen(config.port, config.host);
  await once(server, 'listening').catch((error: Error) => {
    throw new ConfigError([`HOST, PORT: ${error.message}`]);
  });
  log.info({ host: config.host, port: config.port }, 'planlens is ready');
  const stopped = stop.aborted ? Promise.resolve([]) : once(stop, 'abort');
  const startRest = async () => {
    await Promise.race([stopped, sleep(firstRequestsMs)]);
    const startingWorkers = startWorkersEventually({
      ...services,
      ...provisioning,
      log,
      stop,
      now: Date.now,
    });
    await Promise.all([startingWorkers, services.prefetch()]);
    await warmUp();
    await loadRest();
    await pages.views.compileAll();
  };
  // A failure ends the process, like one before it is ready.
  await Promise.race([stopped, startRest().then(() => stopped)]);
  await sleep(drainMs);
  server.close();
  server.closeIdleConnections();
  const graceTimer = setTimeout(() => server.closeAllConnections(), shutdownGraceMs);
  await Promise.all([once(server, 'close'), services.jobs.stopProcessing()]);
  clearTimeout(graceTimer);
}
