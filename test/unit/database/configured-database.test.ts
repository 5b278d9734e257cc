import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConfiguredDatabase } from '../../../src/database/configured-database.ts';
import { startEmbeddedPostgres } from '../../../src/database/embedded-postgres.ts';
import { IncompatibleDatabaseError } from '../../../src/database/migrate.ts';
import { databaseOfEarlierVersion, recordMigrations } from '../../support/database.ts';

const log = pino({ level: 'silent' });

describe('openConfiguredDatabase', () => {
  let dataDir: string;
  let folders: string[];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'planlens-open-'));
    folders = [dataDir];
  });
  afterEach(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  /** Starts the embedded PostgreSQL as an earlier version left it. @returns its folder */
  async function createEarlierDataFolder(): Promise<string> {
    const postgres = await startEmbeddedPostgres(dataDir);
    folders.push(postgres.home);
    await recordMigrations(postgres.url);
    await postgres.stop();
    return postgres.home;
  }

  it('asks for an empty database when the configured one is of an earlier version', async () => {
    await expect(openConfiguredDatabase({ url: await databaseOfEarlierVersion() }, log)).rejects.toThrow(
      /^The database .* cannot be upgraded: set DATABASE_URL to an empty database\.$/,
    );
  });

  it('names the data folder of an earlier version and opens a new database once it is deleted', async () => {
    const home = await createEarlierDataFolder();
    const error = await openConfiguredDatabase({ dataDir }, log).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IncompatibleDatabaseError);
    expect(String(error)).toContain(`cannot be upgraded: delete the folder ${home} and start again.`);

    await rm(home, { recursive: true });
    const { db, closeDatabase } = await openConfiguredDatabase({ dataDir }, log);
    expect(await db.selectFrom('tenants').selectAll().execute()).toEqual([]);
    await closeDatabase();
  });

  it('stops the embedded PostgreSQL when it rejects its database', async () => {
    await createEarlierDataFolder();
    await expect(openConfiguredDatabase({ dataDir }, log)).rejects.toThrow(IncompatibleDatabaseError);
    await expect(readFile(join(folders.at(-1) ?? '', 'cluster', 'postmaster.pid'))).rejects.toThrow(/ENOENT/);
  });
});
