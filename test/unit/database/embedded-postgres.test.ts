import { execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/database/embedded-postgres.ts';
import { isLongForm } from '../../support/long-form.ts';

const run = promisify(execFile);

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

const toPidFile = ({ home: folder }: EmbeddedPostgres) => join(folder, 'cluster', 'postmaster.pid');

async function readPid(postgres: EmbeddedPostgres): Promise<string> {
  const [pid = ''] = (await readFile(toPidFile(postgres), 'utf8')).split('\n');
  return pid;
}

/** Stops the server and puts another process into its pid file and another program at its port. */
async function replaceServer(postgres: EmbeddedPostgres, behave: (socket: Socket) => void) {
  const formerPid = await readPid(postgres);
  const pidFile = await readFile(toPidFile(postgres), 'utf8');
  await postgres.stop();
  // The pid must be one of the server's account, or `pg_ctl` ignores it.
  const { uid, gid } = await lstat(join(postgres.home, 'cluster'));
  const account = process.getuid?.() === 0 ? { uid, gid } : {};
  const sleeper = spawn('sleep', ['60'], account);
  await once(sleeper, 'spawn');
  const pid = String(sleeper.pid);
  await writeFile(toPidFile(postgres), pidFile.replace(formerPid, pid));
  const program = createServer((socket) => behave(socket.on('error', () => {})));
  program.listen(Number(new URL(postgres.url).port), '127.0.0.1');
  await once(program, 'listening');
  return {
    pid,
    end: () => {
      program.close();
      sleeper.kill();
    },
  };
}

describe('embedded PostgreSQL', () => {
  /** A folder that the account of the server can enter, so that the server keeps its files there. */
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'planlens-postgres-'));
    await chmod(folder, 0o755);
    return folder;
  };
  /** The folder of a stopped server, to copy: that takes a tenth of the time of a new cluster. */
  let template: string;
  let dataDir: string;
  let started: EmbeddedPostgres[];

  beforeAll(async () => {
    template = await newFolder();
    const postgres = await startEmbeddedPostgres(template);
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await postgres.stop();
  });
  afterAll(() => rm(template, { recursive: true }));

  beforeEach(async () => {
    dataDir = await newFolder();
    await run('cp', ['-a', join(template, 'postgres'), dataDir]);
    started = [];
  });
  afterEach(async () => {
    for (const postgres of started) await postgres.stop().catch(() => {});
    const folders = [dataDir, ...started.map((postgres) => postgres.home)];
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const start = async () => {
    const postgres = await startEmbeddedPostgres(dataDir);
    started.push(postgres);
    return postgres;
  };

  it('keeps its data across a restart, even if a volume gave its files to a group', async () => {
    const first = await start();
    await query(first.url, 'create table stored as select 42 as value');
    await first.stop();
    await expect(query(first.url, 'select 1')).rejects.toThrow();
    await chmod(join(first.home, 'cluster'), 0o770);
    const second = await start();
    expect(await query(second.url, 'select value from stored')).toEqual([{ value: 42 }]);
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
    await query(url, 'create table stored as select 7 as value');
    const killed = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    child.kill('SIGKILL');
    expect(await killed).toBe('SIGKILL');

    const attached = await start();
    expect(attached.url).toBe(url);
    expect(await query(attached.url, 'select value from stored')).toEqual([{ value: 7 }]);
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

  it.runIf(isLongForm)('stops when all users stop concurrently and allows a second stop', async () => {
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

  it.runIf(isLongForm)('stops without an error when the server is already gone', async () => {
    const first = await start();
    process.kill(Number(await readPid(first)), 'SIGQUIT');
    await first.stop();
    await expect(query(first.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  const otherPrograms: readonly [string, (socket: Socket) => void][] = [
    ['speaks another protocol', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['does not respond', () => {}],
    ['closes the connection', (socket) => socket.destroy()],
  ];
  it.each(isLongForm ? otherPrograms : otherPrograms.slice(0, 1))(
    'does not attach to another program that took its port and %s',
    async (_what, behave) => {
      const first = await start();
      await query(first.url, 'create table stored as select 1 as value');
      const replaced = await replaceServer(first, behave);
      const second = await start();
      expect(second.url).not.toBe(first.url);
      expect(await query(second.url, 'select value from stored')).toEqual([{ value: 1 }]);
      replaced.end();
    },
  );

  it('keeps the pid file of a server that begins to stop and closes its port', async () => {
    const first = await start();
    let pidWhileStopping: Promise<string> | undefined;
    const stopping = await replaceServer(first, async (socket) => {
      if (pidWhileStopping !== undefined) {
        socket.destroy();
        return;
      }
      pidWhileStopping = sleep(500).then(() => readPid(first));
      const pidFile = await readFile(toPidFile(first), 'utf8');
      await writeFile(toPidFile(first), pidFile.replace('ready   ', 'stopping'));
      socket.destroy();
      await pidWhileStopping.catch(() => {});
      stopping.end();
      await rm(toPidFile(first), { force: true });
    });
    await start();
    await expect(pidWhileStopping).resolves.toBe(stopping.pid);
  });

  it('is started again at the same URL by each process that uses it after the server is killed', async () => {
    const events: string[] = [];
    const record = (event: string) => () => void events.push(event);
    const first = await startEmbeddedPostgres(dataDir, {
      onLost: record('lost'),
      onRestarted: record('restarted'),
      onRestartFailed: record('failed'),
    });
    started.push(first);
    // Not one that an outgoing connection may take meanwhile.
    expect(Number(new URL(first.url).port)).toBeLessThan(32_768);
    const second = await start();
    await query(first.url, 'create table stored as select 1 as value');
    process.kill(Number(await readPid(first)), 'SIGKILL');
    await expect.poll(() => events.at(-1)).toBe('restarted');
    expect(events[0]).toBe('lost');
    const read = () => query(second.url, 'select value from stored').catch(() => 'not yet');
    await expect.poll(read).toEqual([{ value: 1 }]);
    // The second may not have noticed yet: then the first stops the server, and the second starts it once more.
    await first.stop();
    await expect.poll(read).toEqual([{ value: 1 }]);
  });

  it('requires its password, which only the owner can read', async () => {
    const postgres = await start();
    const wrongPassword = new URL(postgres.url);
    wrongPassword.password = 'wrong';
    await expect(query(wrongPassword.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    const { stdout } = await run('stat', ['-c', '%a', join(postgres.home, 'password')]);
    expect(stdout.trim()).toBe('600');
  });

  it('discards an unfinished cluster, and neither writes nor reads its password through a symbolic link', async () => {
    const first = await start();
    await first.stop();
    await rm(join(first.home, 'cluster'), { recursive: true });
    await mkdir(join(first.home, 'cluster.unfinished'));
    await writeFile(join(first.home, 'cluster.unfinished', 'PG_VERSION'), '18');
    const victim = join(dataDir, 'victim');
    await writeFile(victim, 'untouched');
    await rm(join(first.home, 'password'));
    await symlink(victim, join(first.home, 'password'));
    const second = await start();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await readFile(victim, 'utf8')).toBe('untouched');
    expect((await lstat(join(second.home, 'password'))).isFile()).toBe(true);
    await second.stop();
    await rm(join(second.home, 'password'));
    await symlink(victim, join(second.home, 'password'));
    await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(/must be a file of the account that runs/);
  });

  it.runIf(process.getuid?.() === 0)('refuses a symbolic link in place of its folder', async () => {
    const first = await start();
    await first.stop();
    await rm(first.home, { recursive: true });
    const victim = join(dataDir, 'victim');
    await mkdir(victim);
    await symlink(victim, first.home);
    await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(/is not a folder/);
    expect((await lstat(victim)).uid).toBe(0);
  });

  it.runIf(isLongForm)('works in a folder that only its owner can enter', async () => {
    await rm(join(dataDir, 'postgres'), { recursive: true });
    await chmod(dataDir, 0o700);
    const postgres = await start();
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it.runIf(isLongForm)('names the server log when the server does not start', async () => {
    const postgres = await start();
    await postgres.stop();
    await writeFile(join(postgres.home, 'cluster', 'postgresql.conf'), 'no such = setting');
    await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(/server\.log/);
  });
});
