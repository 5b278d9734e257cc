import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Client, Pool } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrations } from '../../src/database/migrate.ts';
import { databaseOfEarlierVersion, emptyDatabase, recordMigrations } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { isLongForm } from '../support/long-form.ts';
import {
  getVisibleText,
  installedPlanlens,
  panelUrl,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { type ServerProcess, spawnCli, spawnServer, untilReady } from '../support/server-process.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
const versions = Object.keys(migrations);
/** In the short form the first, from which every later migration runs, and the one before the last. */
const examined = isLongForm ? versions : [versions[0] ?? '', versions.at(-2) ?? ''];

describe('startup on a database with an earlier known migration', async () => {
  const planlens = await installedPlanlens();
  let server: ServerProcess | null = null;
  afterEach(async () => {
    server?.child.kill('SIGKILL');
    await server?.ended();
  });

  /** Creates a database at that migration: a tenant with its encrypted token, and license data one day old. */
  async function databaseAt(version: string): Promise<string> {
    const url = await emptyDatabase();
    const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }) });
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
    const { error } = await migrator.migrateTo(version);
    await db.destroy();
    expect(error).toBeUndefined();

    const [tenant] = await rowsIn(String(planlens.environment.DATABASE_URL), 'tenants');
    const snapshots = await rowsIn(String(planlens.environment.DATABASE_URL), 'license_snapshots');
    const client = new Client({ connectionString: url });
    await client.connect();
    // Only columns of the first migration.
    await client.query(
      `insert into tenants (context_identifier, company_name, serial, system_token_encrypted, consented_by,
         consented_at, provisioned_at, provisioned_panels)
       select context_identifier, company_name, serial, system_token_encrypted, consented_by,
         consented_at, provisioned_at, provisioned_panels
       from jsonb_to_record($1) as row(context_identifier text, company_name text, serial text,
         system_token_encrypted text, consented_by integer, consented_at timestamptz, provisioned_at timestamptz,
         provisioned_panels jsonb)`,
      [JSON.stringify(tenant)],
    );
    for (const snapshot of snapshots) {
      await client.query(`insert into license_snapshots values ($1, $2, $3, now() - interval '1 day', $4)`, [
        tenantId,
        snapshot.associate_id,
        snapshot.format,
        JSON.stringify(snapshot.content),
      ]);
    }
    await client.query(`insert into consumed_nonces values ('spent', now() + interval '1 hour')`);
    await client.end();
    return url;
  }

  async function start(databaseUrl: string): Promise<string> {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const environment = {
      ...planlens.environment,
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      PUBLIC_URL: url,
    };
    server = spawnServer({ ...environment, LOG_LEVEL: 'error' });
    await untilReady(url);
    return url;
  }

  /** A page of the started app for a signed-in user; SuperOffice redirects sign-ins to the other app only. */
  async function read(address: string, person: TestUser): Promise<string> {
    const environment = { ...planlens.environment, PUBLIC_URL: new URL(address).origin };
    const cookie = sessionCookie(environment, { ...person, isAdministrator: true });
    return (await fetch(address, { headers: { accept: 'text/html', cookie } })).text();
  }

  it.each(examined)('migrates from %s without data loss and reconciles the tenant', async (version) => {
    const databaseUrl = await databaseAt(version);
    const url = await start(databaseUrl);
    // A process that has just started may be slower than SuperOffice and the database are waited for.
    await expect
      .poll(() => read(panelUrl({ url }, salesPremium), salesPremium))
      .toContain('<h1>Sales-Premium</h1>');

    const applied = await rowsIn(databaseUrl, 'kysely_migration');
    expect(applied.map(({ name }) => name).sort()).toEqual(versions);
    expect(await rowsIn(databaseUrl, 'consumed_nonces')).toMatchObject([{ nonce: 'spent' }]);
    await expect
      .poll(async () => (await rowsIn(databaseUrl, 'tenants'))[0])
      .toMatchObject({
        context_identifier: tenantId,
        status: 'active',
        provisioned_fingerprint: expect.any(String),
      });
    expect(await rowsIn(databaseUrl, 'webhooks')).toMatchObject([
      { context_identifier: tenantId, problem: null },
    ]);

    const setup = await read(`${url}/setup`, administrator);
    expect(getVisibleText(setup)).toContain('Planlens is installed');
  });

  it('two processes that start concurrently both become ready on the migrated database', async () => {
    const databaseUrl = await databaseAt(versions[0] ?? '');
    const otherPort = await freePort();
    const second = spawnServer({
      ...planlens.environment,
      DATABASE_URL: databaseUrl,
      PORT: String(otherPort),
      LOG_LEVEL: 'error',
    });
    await Promise.all([start(databaseUrl), untilReady(`http://localhost:${otherPort}`)]);
    second.child.kill('SIGKILL');
    expect((await rowsIn(databaseUrl, 'kysely_migration')).length).toBe(versions.length);
  });

  describe('when the database was created by an earlier version', () => {
    const message = 'The database was created by an earlier version of Planlens and cannot be upgraded:';

    it.each([
      ['the server', (environment: NodeJS.ProcessEnv) => spawnServer(environment)],
      ['the doctor command', (environment: NodeJS.ProcessEnv) => spawnCli(['doctor'], environment)],
    ])('%s exits with 1 and one sentence that asks for an empty database', async (_program, spawn) => {
      const databaseUrl = await databaseOfEarlierVersion();
      const program = spawn({ ...planlens.environment, DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn' });
      expect(await program.ended()).toBe(1);
      expect(program.output()).toBe(`${message} set DATABASE_URL to an empty database.\n`);
    });

    it.runIf(isLongForm)('the server names the data folder to delete', async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'planlens-earlier-'));
      const postgres = await startEmbeddedPostgres(dataDir);
      await recordMigrations(postgres.url);
      await postgres.stop();
      const { DATABASE_URL: _unused, ...rest } = planlens.environment;
      // Without the warning about a connection that the stopping PostgreSQL may end first.
      const rejected = spawnServer({ ...rest, DATA_DIR: dataDir, LOG_LEVEL: 'error' });
      expect(await rejected.ended()).toBe(1);
      expect(rejected.output()).toBe(`${message} delete the folder ${postgres.home} and start again.\n`);
      for (const folder of [dataDir, postgres.home]) await rm(folder, { recursive: true, force: true });
    });
  });
});
