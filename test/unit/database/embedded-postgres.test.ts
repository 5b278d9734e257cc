import { execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/database/embedded-postgres.ts';

const run = promisify(execFile);

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

const pidFileOf = ({ folder }: EmbeddedPostgres) => join(folder, 'cluster', 'postmaster.pid');

async function pidOf(postgres: EmbeddedPostgres): Promise<string> {
  const [pid = ''] = (await readFile(pidFileOf(postgres), 'utf8')).split('\n');
  return pid;
}

describe('embedded PostgreSQL', () => {
  let dataDir: string;
  let started: EmbeddedPostgres[];

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
    const postgres = await startEmbeddedPostgres(dataDir);
    started.push(postgres);
    return postgres;
  };

  it('keeps its data across a restart', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    await expect(query(first.url, 'select 1')).rejects.toThrow();
    const second = await start();
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('attaches to a server that a killed process left running', async () => {
    const code = `import { startEmbeddedPostgres } from ${JSON.stringify(new URL('../../../src/database/embedded-postgres.ts', import.meta.url).href)};
      setInterval(() => {}, 1000);
      startEmbeddedPostgres(${JSON.stringify(dataDir)}).then(({ url }) => process.send(url));`;
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

  it('stops the server only when its last user stops', async () => {
    const first = await start();
    const second = await start();
    expect(second.url).toBe(first.url);
    await second.stop();
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const third = await start();
    await first.stop();
    expect(await query(third.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await third.stop();
    await expect(query(third.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('stops when all users stop concurrently and allows a second stop', async () => {
    const users = [await start(), await start(), await start()];
    await Promise.all(users.map((user) => user.stop()));
    await expect(query(users[0]?.url ?? '', 'select 1')).rejects.toThrow(/ECONNREFUSED/);
    await users[0]?.stop();
  });

  it('starts again while its last user stops it', async () => {
    const first = await start();
    const [second] = await Promise.all([start(), first.stop()]);
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('stops without an error when the server is already gone', async () => {
    const first = await start();
    process.kill(Number(await pidOf(first)), 'SIGQUIT');
    await expect.poll(() => query(first.url, 'select 1').catch(() => 'down')).toBe('down');
    await first.stop();
  });

  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => {}],
    ['speaks something else', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['hangs up', (socket) => socket.destroy()],
  ])('does not attach to another program that took its port and %s', async (_what, behave) => {
    const first = await start();
    const pid = await pidOf(first);
    await query(first.url, 'create table kept as select 1 as answer');
    const claim = await readFile(pidFileOf(first), 'utf8');
    await first.stop();
    // As a killed server leaves it whose number another process of its account has by now.
    const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const sleeper = spawn('sleep', ['60'], account);
    await once(sleeper, 'spawn');
    await writeFile(pidFileOf(first), claim.replace(pid, String(sleeper.pid)));
    const stranger = createServer((socket) => behave(socket.on('error', () => {})));
    stranger.listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(stranger, 'listening');
    const second = await start();
    expect(second.url).not.toBe(first.url);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 1 }]);
    stranger.close();
    sleeper.kill();
  });

  it('starts again after the server is killed', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 1 as answer');
    process.kill(Number(await pidOf(first)), 'SIGKILL');
    await expect.poll(() => query(first.url, 'select 1').catch(() => 'down')).toBe('down');
    const second = await start();
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 1 }]);
  });

  it('discards an unfinished cluster', async () => {
    const first = await start();
    await first.stop();
    await rm(join(first.folder, 'cluster'), { recursive: true });
    await mkdir(join(first.folder, 'cluster.unfinished'));
    await writeFile(join(first.folder, 'cluster.unfinished', 'PG_VERSION'), '18');
    const second = await start();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('requires its password, which only the owner can read', async () => {
    const postgres = await start();
    const guess = new URL(postgres.url);
    guess.password = 'guess';
    await expect(query(guess.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    const { stdout } = await run('stat', ['-c', '%a', join(postgres.folder, 'password')]);
    expect(stdout.trim()).toBe('600');
  });

  it('does not write its password through a symbolic link', async () => {
    const first = await start();
    await first.stop();
    await rm(join(first.folder, 'cluster'), { recursive: true });
    const victim = join(dataDir, 'victim');
    await writeFile(victim, 'untouched');
    await rm(join(first.folder, 'password'));
    await symlink(victim, join(first.folder, 'password'));
    const second = await start();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await readFile(victim, 'utf8')).toBe('untouched');
    expect((await lstat(join(second.folder, 'password'))).isFile()).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)('refuses a symbolic link in place of its folder', async () => {
    const first = await start();
    await first.stop();
    await rm(first.folder, { recursive: true });
    const victim = join(dataDir, 'victim');
    await mkdir(victim);
    await symlink(victim, first.folder);
    await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(/is no folder/);
    expect((await lstat(victim)).uid).toBe(0);
  });

  it('works in a folder that only its owner can enter', async () => {
    await chmod(dataDir, 0o700);
    const postgres = await start();
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('names the server log when the server does not start', async () => {
    const postgres = await start();
    await postgres.stop();
    await writeFile(join(postgres.folder, 'cluster', 'postgresql.conf'), 'no such = setting');
    await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(/server\.log/);
  });
});
