import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { findPrograms } from '../../src/database/embedded-postgres-programs.ts';
import { root } from '../support/project-files.ts';

const run = promisify(execFile);
/** The account of other programs on the machine. */
const nobody = { uid: 65_534, gid: 65_534 };

describe.runIf(process.getuid?.() === 0)('embedded PostgreSQL started by root', () => {
  let dataDir: string;
  let folders: string[];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'planlens-postgres-'));
    await chmod(dataDir, 0o755);
    folders = [dataDir];
  });
  afterEach(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

  const home = () => join(dataDir, 'postgres');
  const cluster = () => join(home(), 'cluster');
  const start = async (folder = dataDir): Promise<EmbeddedPostgres> => {
    const postgres = await startEmbeddedPostgres(folder);
    folders.push(postgres.home);
    return postgres;
  };
  const rejection = () => startEmbeddedPostgres(dataDir).catch((error: unknown) => String(error));
  const asNobody = (program: string, ...args: string[]) =>
    run(program, args, { ...nobody, cwd: '/' }).then(
      () => 'allowed',
      () => 'refused',
    );

  it('keeps an account of its own, whose files no other account reaches or replaces', async () => {
    const postgres = await start();
    const [pid] = (await readFile(join(cluster(), 'postmaster.pid'), 'utf8')).split('\n');
    const owner = (await lstat(`/proc/${pid}`)).uid;
    expect(owner).not.toBe(0);
    expect(owner).not.toBe(nobody.uid);
    expect((await lstat(cluster())).uid).toBe(owner);
    expect([await lstat(home()), await lstat(join(home(), 'password'))].map(({ uid }) => uid)).toEqual([
      0, 0,
    ]);
    expect(await asNobody('ls', home())).toBe('refused');
    expect(await asNobody('cat', join(home(), 'password'))).toBe('refused');
    expect(await asNobody('cat', join(cluster(), 'postgresql.conf'))).toBe('refused');
    await postgres.stop();

    await (await start()).stop();
    expect((await lstat(cluster())).uid, 'after another start').toBe(owner);
    await chown(join(home(), 'password'), nobody.uid, nobody.gid);
    expect(await rejection()).toMatch(/The password of the embedded PostgreSQL, .*, must be a file of/);
  });

  it('refuses the folder of another account and leaves its owner unchanged', async () => {
    await mkdir(home());
    await chown(home(), nobody.uid, nobody.gid);
    expect(await rejection()).toMatch(
      /does not use .*postgres: it belongs to another account \(uid 65534\)\. Set/,
    );
    expect((await lstat(home())).uid).toBe(nobody.uid);
  });

  it('refuses a cluster that an earlier version created for the account nobody', async () => {
    await mkdir(cluster(), { recursive: true });
    await lchown(cluster(), nobody.uid, nobody.gid);
    expect(await rejection()).toMatch(/does not use .*cluster: it belongs to another account \(uid 65534\)/);
    expect((await lstat(cluster())).uid).toBe(nobody.uid);
  });

  it('refuses a folder that other accounts can write to', async () => {
    await mkdir(home());
    await chmod(home(), 0o777);
    expect(await rejection()).toMatch(/can be changed by other accounts/);
  });

  it('follows no link in place of its cluster', async () => {
    const victim = await mkdtemp(join(tmpdir(), 'planlens-victim-'));
    folders.push(victim);
    await mkdir(home());
    await symlink(victim, cluster());
    expect(await rejection()).toMatch(/does not use .*cluster/);
    expect((await lstat(victim)).uid).toBe(0);
  });

  it('avoids a folder that another account can replace', async () => {
    const theirs = join(dataDir, 'theirs');
    await mkdir(theirs);
    await chown(theirs, nobody.uid, nobody.gid);
    const postgres = await start(join(theirs, 'data'));
    expect(postgres.home).toMatch(/^\/var\/tmp\/planlens-[0-9a-f]{16}$/);
    await postgres.stop();
  });

  it('tells an account without a name to use another database', async () => {
    const account = { uid: 54_321, gid: 54_321 };
    await chown(dataDir, account.uid, account.gid);
    const code = `import { startEmbeddedPostgres } from '${root}/src/database/embedded-postgres.ts';
      await startEmbeddedPostgres('${dataDir}').catch((error) => console.log(error.message));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
    const { stdout } = await run(process.execPath, args, { ...account, cwd: root });
    expect(stdout).toMatch(
      /^The embedded PostgreSQL cannot be set up: the account 54321 has no name .* DATABASE_URL/,
    );
  });
});

describe('programs of the embedded PostgreSQL', () => {
  it('names a link that an installation without scripts lacks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'planlens-programs-'));
    await mkdir(join(folder, 'native'));
    const links = [{ source: 'native/lib/libicuuc.so.60.2', target: 'native/lib/libicuuc.so.60' }];
    await writeFile(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(links));
    await expect(findPrograms(folder)).rejects.toThrow(
      /libicuuc\.so\.60 is missing, .*--ignore-scripts.* npm rebuild/,
    );
    await rm(folder, { recursive: true });
  });
});
