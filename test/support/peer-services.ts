import { pino } from 'pino';
import { loadConfig } from '../../src/config/config.ts';
import { createMetrics } from '../../src/metrics.ts';
import { openServices, type Services } from '../../src/services.ts';

/** Opens the services of a further process on the database of an environment, without a log. The caller closes them. */
export function openPeerServices(environment: NodeJS.ProcessEnv): Promise<Services> {
  return openServices({
    config: loadConfig(environment),
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    now: Date.now,
  });
}
