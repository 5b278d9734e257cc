import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { freePort } from '../../test/support/free-port.ts';
import { keyringText } from '../../test/support/keyrings.ts';
import { parentOf, processorSeconds } from './processor-time.ts';

/** The root folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A PostgreSQL server for the benchmarks. */
export interface BenchDatabase {
  /** Creates the database unless it exists. @returns its URL */
  ensureDatabase(name: string): Promise<string>;
  /** The processor time of all processes of the server so far, seconds. */
  processorSeconds(): number;
  close(): Promise<void>;
}

/** Starts a PostgreSQL server with default settings in a temporary folder, which `close` removes. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'planlens-bench-'));
  const postgres = await startEmbeddedPostgres(dataDir);
  const serverPid = await findServerPid(postgres.url);
  return {
    processorSeconds: () => processorSeconds(serverPid),
    async ensureDatabase(name) {
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
      if (rowCount === 0) await client.query(`create database ${name}`);
      await client.end();
      return Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
    },
    async close() {
      await postgres.stop();
      await Promise.all([dataDir, postgres.home].map((folder) => rm(folder, { recursive: true })));
    },
  };
}

/** The process that has started the process of each connection. */
async function findServerPid(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const parent = parentOf(rows[0].pid);
  await client.end();
  return parent;
}

/** The environment of the app. By default SuperOffice is unreachable; `overrides` can change that. */
export async function createEnvironment(
  databaseUrl: string,
  overrides: NodeJS.ProcessEnv = {},
): Promise<NodeJS.ProcessEnv> {
  const port = String(await freePort());
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    PORT: port,
    PUBLIC_URL: `http://localhost:${port}`,
    SUPEROFFICE_ENVIRONMENT: 'sod',
    SUPEROFFICE_LOGIN_URL: 'http://127.0.0.1:9',
    SUPEROFFICE_API_HOSTS: '127.0.0.1',
    SUPEROFFICE_CLIENT_ID: 'bench',
    SUPEROFFICE_CLIENT_SECRET: 'bench',
    SUPEROFFICE_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: keyringText('bench'),
    SESSION_KEYS: keyringText('bench'),
    ...overrides,
  };
}
