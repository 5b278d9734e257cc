import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { ConfigError, loadConfig, processEnvironment } from './config.ts';
import { openServices } from './services.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  const config = loadConfig(processEnvironment());
  const log = pino({ level: config.logLevel });
  const services = await openServices(config, log, Date.now);
  const app = buildApp({ config, services, log, root, now: Date.now });
  const server = createServer(app);
  server.listen(config.port);
  await once(server, 'listening').catch(async (error) => {
    await services.close();
    throw error;
  });
  log.info({ port: config.port }, 'planlens is ready');

  const stop = () => {
    server.close(() => void services.close());
    server.closeIdleConnections();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : inspect(error)}\n`);
  process.exitCode = 1;
}
