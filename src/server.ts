import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { type Logger, pino } from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import { buildApp } from './app.ts';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config/config.ts';
import { IncompatibleDatabaseError } from './database/migrate.ts';
import { startWorkers } from './lifecycle/start-workers.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { openServices, provisioningBy, type Services } from './services.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A closed server no longer times out who connects and stays silent; container runtimes kill after ten seconds. */
const timeoutMs = 8_000;

/**
 * Who sends or reads slower than this only keeps a connection, ms. A page may wait half a minute for SuperOffice, so a
 * connection on which nothing moves is ended after twice that.
 */
const slowest = { headersTimeout: 10_000, requestTimeout: 30_000, timeout: 60_000 };

try {
  const config = loadConfig(processEnvironment());
  const log = pino({ level: config.logLevel });
  // Heard from now on: what starts below must not be left running by a stop that comes early.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const metrics = createMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const services = await openServices({ config, log, metrics, now: Date.now });
  try {
    if (!stop.signal.aborted) await serve({ config, log, metrics, services, stop: stop.signal });
  } finally {
    await services.close().catch((error: unknown) => {
      log.error({ err: error }, 'not everything could be stopped');
      process.exitCode = 1;
    });
  }
} catch (error) {
  const isForOperator = error instanceof ConfigError || error instanceof IncompatibleDatabaseError;
  process.stderr.write(`${isForOperator ? error.message : inspect(error)}\n`);
  process.exitCode = 1;
}
// A connection to a database that fell silent would keep the process for as long as TCP believes in it.
process.exit();

/** Answers requests until `stop`, and then those that are under way. */
async function serve(deps: {
  config: Config;
  log: Logger;
  metrics: Metrics;
  services: Services;
  stop: AbortSignal;
}) {
  const { config, log, metrics, services, stop } = deps;
  const provisioning = provisioningBy({ config, services, root });
  const lifecycle = startWorkers({ ...services, ...provisioning, log, metrics, now: Date.now });
  const server = createServer(
    buildApp({ config, services, log, metrics, root, ...provisioning, now: Date.now }),
  );
  Object.assign(server, slowest);
  server.listen(config.port);
  await once(server, 'listening');
  log.info({ port: config.port }, 'planlens is ready');
  if (!stop.aborted) await once(stop, 'abort');
  server.close();
  server.closeIdleConnections();
  const shutdownGraceMs = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await Promise.all([once(server, 'close'), lifecycle.stop()]);
  clearTimeout(shutdownGraceMs);
}
