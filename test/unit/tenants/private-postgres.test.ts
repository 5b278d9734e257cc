import { execFile, fork } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PrivatePostgres, startPrivatePostgres } from '../../../src/tenants/private-postgres.ts';

const run = promisify(execFile);

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

describe('startPrivatePostgres', () => {
  let dataDir: string;
  let started: PrivatePostgres[];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'planlens-postgres-'));
    started = [];
  });
  afterEach(async () => {
    for (const postgres of started) await postgres.stop().catch(() => {});
    const folders = [dataDir, ...started.map((postgres) => postgres.folder)];
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const start = async () => {
    const postgres = await startPrivatePostgres(dataDir);
    started.push(postgres);
    return postgres;
  };

  it('keeps its data over a restart', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    await expect(query(first.url, 'select 1')).rejects.toThrow();
    const second = await start();
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('attaches to the server a killed process left running', async () => {
    const code = `import { startPrivatePostgres } from ${JSON.stringify(new URL('../../../src/tenants/private-postgres.ts', import.meta.url).href)};
      setInterval(() => {}, 1000);
      startPrivatePostgres(${JSON.stringify(dataDir)}).then(({ url }) => process.send(url));`;
    const script = join(dataDir, 'start.mjs');
    await writeFile(script, code);
    const child = fork(script, { execArgv: ['--import', 'tsx'] });
    const url = await new Promise<string>((resolve, reject) => {
      child.once('message', (message) => resolve(String(message)));
      child.once('exit', (status) => reject(new Error(`ended with ${status}`)));
    });
    await query(url, 'create table kept as select 7 as answer');
    const killed = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    child.kill('SIGKILL');
    expect(await killed).toBe('SIGKILL');

    const attached = await start();
    expect(attached.url).toBe(url);
    expect(await query(attached.url, 'select answer from kept')).toEqual([{ answer: 7 }]);
  });

  it('starts again after the server itself was killed', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 1 as answer');
    const [pid] = (await readFile(join(first.folder, 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await expect.poll(() => query(first.url, 'select 1').catch(() => 'down')).toBe('down');
    const second = await start();
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 1 }]);
  });

  it('throws away a cluster whose making was cut off', async () => {
    const first = await start();
    await first.stop();
    await rm(join(first.folder, 'cluster'), { recursive: true });
    await mkdir(join(first.folder, 'cluster.unfinished'));
    await writeFile(join(first.folder, 'cluster.unfinished', 'PG_VERSION'), '18');
    const second = await start();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('lets nobody in without its password, which only the owner may read', async () => {
    const postgres = await start();
    const guess = new URL(postgres.url);
    guess.password = 'guess';
    await expect(query(guess.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    const { stdout } = await run('stat', ['-c', '%a', join(postgres.folder, 'password')]);
    expect(stdout.trim()).toBe('600');
  });

  it('works in a folder that only its owner may enter', async () => {
    await chmod(dataDir, 0o700);
    const postgres = await start();
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('names the log when the server does not come up', async () => {
    const postgres = await start();
    await postgres.stop();
    await writeFile(join(postgres.folder, 'cluster', 'postgresql.conf'), 'no such = setting');
    await expect(startPrivatePostgres(dataDir)).rejects.toThrow(/server\.log/);
  });
});
