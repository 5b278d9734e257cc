import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { openJobQueue } from '../../src/coordination/jobs/job-queue.ts';
import { openDatabase } from '../../src/database/database.ts';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    /** The name of a database with the current schema, to copy. */
    templateDatabase: string;
  }
}

const templateDatabase = 'planlens_template';

/** Settings that trade durability for speed, as the data of a test run survives no crash, and that suit many apps at once. */
const settings = [
  ...['fsync = off', 'full_page_writes = off', 'synchronous_commit = off', 'autovacuum = off'],
  'max_connections = 400',
];

/** Starts one PostgreSQL for the whole test run; each test file creates its own databases in it. */
export async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'planlens-tests-'));
  const configured = await startEmbeddedPostgres(dataDir);
  await configure(configured.url);
  await configured.stop();
  const postgres = await startEmbeddedPostgres(dataDir);
  await createTemplate(postgres.url);
  project.provide('postgresUrl', postgres.url);
  project.provide('templateDatabase', templateDatabase);
  return async () => {
    await postgres.stop();
    await Promise.all([dataDir, postgres.home].map((folder) => rm(folder, { recursive: true, force: true })));
  };
}

async function configure(postgresUrl: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl });
  await client.connect();
  for (const setting of settings) await client.query(`alter system set ${setting}`);
  await client.end();
}

async function createTemplate(postgresUrl: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(`create database ${templateDatabase}`);
    const url = new URL(postgresUrl);
    url.pathname = `/${templateDatabase}`;
    await (await openDatabase(url.href, () => {})).destroy();
    const jobs = await openJobQueue({
      url: url.href,
      onJobAttempt: () => {},
      onJobQueueFailed: (error) => {
        throw error;
      },
    });
    await jobs.close();
    // PostgreSQL copies only a database without connections.
    await client.query(`alter database ${templateDatabase} allow_connections false`);
  } finally {
    await client.end();
  }
}
