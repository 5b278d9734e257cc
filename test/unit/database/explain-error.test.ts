import { beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/database/database.ts';
import { explainDatabaseError } from '../../../src/database/explain-error.ts';
import { DatabaseSetupError } from '../../../src/database/setup-error.ts';
import { emptyDatabase, runStatement } from '../../support/database.ts';
import { rowsIn } from '../../support/rows.ts';

describe('explainDatabaseError', () => {
  let url: string;

  beforeAll(async () => {
    url = await emptyDatabase();
  });

  /** Opens the database with changes to its URL. @returns what the operator reads */
  async function explain(change: (url: URL) => void): Promise<string> {
    const changed = new URL(url);
    change(changed);
    const error = await openDatabase(changed.href, () => {}).catch(explainDatabaseError);
    expect(error).toBeInstanceOf(DatabaseSetupError);
    return (error as DatabaseSetupError).message;
  }

  it('names the remedy for a server that cannot be reached', async () => {
    expect(await explain((changed) => (changed.port = '1'))).toMatch(/ECONNREFUSED.* Check host and port/);
  });

  it('names the remedy for a wrong password', async () => {
    const message = await explain((changed) => (changed.password = 'wrong'));
    expect(message).toMatch(/password authentication failed.* Check user and password of DATABASE_URL\.$/);
  });

  it('names the remedy for a database that does not exist', async () => {
    expect(await explain((changed) => (changed.pathname = '/none'))).toMatch(
      /does not exist\. Create the database/,
    );
  });

  it('names the remedy for a schema that does not exist', async () => {
    const message = await explain((changed) => changed.searchParams.set('options', '-csearch_path=none'));
    expect(message).toMatch(/^The schema in the search_path of DATABASE_URL does not exist/);
  });

  it('names the rights that a plain role lacks', async () => {
    const role = `plain_${new URL(url).pathname.slice(6)}`;
    await runStatement(url, `create role ${role} login password 'plain'`);
    const message = await explain((changed) => {
      changed.username = role;
      changed.password = 'plain';
    });
    expect(message).toMatch(/permission denied for schema public\. .*“grant usage, create on schema public/);
    await runStatement(url, `drop role ${role}`);
  });

  it.each(['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
    'names the parameter for a private authority when TLS reports %s',
    (code) => {
      const error = explainDatabaseError(Object.assign(new Error('self-signed certificate'), { code }));
      expect(String(error)).toMatch(/sslrootcert=\/path\/to\/ca\.crt/);
    },
  );

  it('returns other errors as they are', () => {
    const error = Object.assign(new Error('some text'), { code: '22012' });
    expect(explainDatabaseError(error)).toBe(error);
    expect(explainDatabaseError('text')).toBe('text');
  });

  it('uses a schema of its own beside another app with the same migration tool', async () => {
    const shared = await emptyDatabase();
    await runStatement(shared, 'create table kysely_migration (name text); create schema mine');
    await runStatement(shared, "insert into kysely_migration values ('001-of-another-app')");
    const mine = new URL(shared);
    mine.searchParams.set('options', '-csearch_path=mine,public');
    const db = await openDatabase(mine.href, () => {});
    expect(await db.selectFrom('tenants').selectAll().execute()).toEqual([]);
    await db.destroy();
    expect(await rowsIn(shared, 'kysely_migration')).toEqual([{ name: '001-of-another-app' }]);
  });
});
