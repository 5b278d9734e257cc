import type { Logger } from 'pino';
import { type Database, openDatabase } from './database.ts';
import { explainDatabaseError } from './explain-error.ts';
import { IncompatibleDatabaseError } from './migrate.ts';
import { assertSessionPooling } from './session-pooling.ts';

/** The configured database, connected and migrated. */
export interface ConfiguredDatabase {
  readonly db: Database;
  /** The connection URL, with its password. */
  readonly url: string;
  /** Logs a lost connection; for further connections to `url`. */
  readonly onConnectionLost: (error: Error) => void;
  /** Closes the connections, and stops the embedded PostgreSQL unless another process uses it. */
  closeDatabase(): Promise<void>;
}

/**
 * Opens the database at `url`, or the embedded PostgreSQL in `dataDir`, which it starts unless it is already running.
 * @throws DatabaseSetupError when it cannot be used as it is set up, or an earlier version created it
 */
export async function openConfiguredDatabase(
  location: { readonly url: string } | { readonly dataDir: string },
  log: Logger,
): Promise<ConfiguredDatabase> {
  const onConnectionLost = (error: Error) => log.warn({ reason: error.message }, 'database connection lost');
  if ('url' in location) {
    const { host, pathname } = new URL(location.url);
    log.info(
      { host, database: pathname.slice(1), reason: 'DATABASE_URL is set' },
      'connecting to PostgreSQL',
    );
    const db = await openCheckedDatabase(location.url, onConnectionLost);
    return { db, url: location.url, onConnectionLost, closeDatabase: () => db.destroy() };
  }
  const { startEmbeddedPostgres } = await import('./embedded-postgres.ts');
  const postgres = await startEmbeddedPostgres(location.dataDir, {
    onLost: () => log.error('embedded PostgreSQL is gone and is being started again'),
    onRestarted: () => log.warn('embedded PostgreSQL was started again'),
    onRestartFailed: (error) => log.error({ err: error }, 'embedded PostgreSQL did not start again'),
  });
  log.info({ folder: postgres.home, reason: 'DATABASE_URL is not set' }, 'embedded PostgreSQL is running');
  try {
    const db = await openDatabase(postgres.url, onConnectionLost);
    const closeDatabase = () => db.destroy().finally(postgres.stop);
    return { db, url: postgres.url, onConnectionLost, closeDatabase };
  } catch (error) {
    await postgres.stop();
    if (!(error instanceof IncompatibleDatabaseError)) throw error;
    throw new IncompatibleDatabaseError(`delete the folder ${postgres.home} and start again`);
  }
}

/** Opens a database that someone else set up. */
async function openCheckedDatabase(url: string, onConnectionLost: (error: Error) => void): Promise<Database> {
  const openingDb = openDatabase(url, onConnectionLost);
  // It may fail before the check awaits it.
  openingDb.catch(() => {});
  try {
    await assertSessionPooling(url, openingDb);
    return await openingDb;
  } catch (error) {
    await openingDb.then((db) => db.destroy()).catch(() => {});
    throw explainDatabaseError(error);
  }
}
