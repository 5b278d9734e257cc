import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { type Database, openDatabase } from './database.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

/** The database of the configuration, open and up to date. */
export interface ConfiguredDatabase {
  readonly db: Database;
  readonly url: string;
  /** For further connections: logs that one broke. */
  readonly onConnectionLost: (error: Error) => void;
  /** Ends the connections, and the private PostgreSQL if this process is its last user. */
  closeDatabase(): Promise<void>;
}

/** Opens the database at DATABASE_URL, or the private one, which it starts where nobody has yet. */
export async function openConfiguredDatabase(
  database: Config['database'],
  log: Logger,
): Promise<ConfiguredDatabase> {
  const onConnectionLost = (error: Error) => log.warn({ reason: error.message }, 'database connection lost');
  if ('url' in database) {
    const db = await openDatabase(database.url, onConnectionLost);
    return { db, url: database.url, onConnectionLost, closeDatabase: () => db.destroy() };
  }
  const postgres = await startEmbeddedPostgres(database.dataDir);
  log.info({ folder: postgres.folder }, 'private PostgreSQL runs');
  try {
    const db = await openDatabase(postgres.url, onConnectionLost);
    const closeDatabase = () => db.destroy().finally(postgres.stop);
    return { db, url: postgres.url, onConnectionLost, closeDatabase };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
