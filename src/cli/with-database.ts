import { pino } from 'pino';
import { type Config, loadConfig, processEnvironment } from '../config/config.ts';
import { openConfiguredDatabase } from '../database/configured-database.ts';
import type { Database } from '../database/database.ts';

/** What a command on the configured database works with. */
export interface DatabaseCommandDeps {
  readonly db: Database;
  readonly config: Config;
  /** The connection URL, with its password. */
  readonly url: string;
}

/**
 * Runs a command on the configured database and closes it afterwards.
 * @throws ConfigError
 */
export async function withDatabase(work: (deps: DatabaseCommandDeps) => Promise<number>): Promise<number> {
  const config = loadConfig(processEnvironment());
  const { db, url, closeDatabase } = await openConfiguredDatabase(config.database, pino({ level: 'silent' }));
  try {
    return await work({ db, config, url });
  } finally {
    await closeDatabase();
  }
}
