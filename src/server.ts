import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { type Logger, pino } from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import { buildApp } from './app.ts';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config/config.ts';
import { DatabaseSetupError } from './database/setup-error.ts';
import { createProvisioning } from './lifecycle/provisioning/create-provisioning.ts';
import { startWorkers } from './lifecycle/start-workers.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { openServices, type Services } from './services.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

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

try {
  const config = loadConfig(processEnvironment());
  const log = pino({ level: config.logLevel });
  // Installed before anything starts, so that an early signal stops it too.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const metrics = createMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const services = await openServices({ config, log, metrics, now: Date.now });
  try {
    if (!stop.signal.aborted) await serve({ config, log, metrics, services, stop: stop.signal });
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

/** Serves requests and runs the workers until `stop`, then finishes what is in progress. */
async function serve(deps: {
  config: Config;
  log: Logger;
  metrics: Metrics;
  services: Services;
  stop: AbortSignal;
}) {
  const { config, log, metrics, services, stop } = deps;
  const provisioning = createProvisioning({ config, services, root });
  const startingWorkers = startWorkers({ ...services, ...provisioning, log, now: Date.now });
  const server = createServer(
    buildApp({ config, services, log, metrics, root, ...provisioning, now: Date.now }),
  );
  Object.assign(server, timeouts);
  const workers = await startingWorkers;
  server.listen(config.port);
  await once(server, 'listening');
  log.info({ port: config.port }, 'planlens is ready');
  if (!stop.aborted) await once(stop, 'abort');
  server.close();
  server.closeIdleConnections();
  const graceTimer = setTimeout(() => server.closeAllConnections(), shutdownGraceMs);
  await Promise.all([once(server, 'close'), workers.stop()]);
  clearTimeout(graceTimer);
}
