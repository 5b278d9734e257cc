import { sql } from 'kysely';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database } from '../database/database.ts';
import { systemTokenAssociatedData } from './tenant.ts';
import { webhookSecretAssociatedData } from './webhook-store.ts';

/** The encrypted columns that outlive a key. Tickets are left out: they expire within hours and are exchanged again. */
const encryptedColumns = [
  { table: 'tenants', column: 'system_token_encrypted', toAssociatedData: systemTokenAssociatedData },
  { table: 'webhooks', column: 'secret_encrypted', toAssociatedData: webhookSecretAssociatedData },
] as const;
type EncryptedColumn = (typeof encryptedColumns)[number];

/** How many rows are re-encrypted between two progress reports. */
const batchSize = 100;

export interface Reencrypted {
  readonly reencrypted: number;
  /** Values that no key of the keyring decrypts. */
  readonly unreadable: readonly { readonly table: string; readonly tenantId: string }[];
  /** How many values are now encrypted with each key, by key id. */
  readonly byKey: Readonly<Record<string, number>>;
}

/** Called with the number of values that are done and that were to be done. */
type OnProgress = (done: number, total: number) => void;

/**
 * Re-encrypts with the current key every value that is encrypted with another key. An interrupted run can be repeated:
 * it continues where it stopped. Servers may run meanwhile: a value that they replace is skipped.
 */
export async function reencrypt(deps: {
  db: Database;
  secrets: SecretBox;
  onProgress: OnProgress;
}): Promise<Reencrypted> {
  const { db, secrets, onProgress } = deps;
  const unreadable: { table: string; tenantId: string }[] = [];
  let done = 0;
  const total = await countOthers(db, secrets.currentKeyId);
  onProgress(done, total);
  for (const column of encryptedColumns) {
    for await (const rows of selectOthers(db, column, secrets.currentKeyId)) {
      for (const row of rows) {
        if (!(await reencryptRow(db, column, row, secrets)))
          unreadable.push({ table: column.table, tenantId: row.tenantId });
      }
      done += rows.length;
      onProgress(done, total);
    }
  }
  return { reencrypted: done - unreadable.length, unreadable, byKey: await countByKey(db) };
}

interface EncryptedRow {
  readonly tenantId: string;
  readonly encrypted: string;
}

/** Rows encrypted with another key than `keyId`, in batches, by primary key. */
async function* selectOthers(
  db: Database,
  { table, column }: EncryptedColumn,
  keyId: string,
): AsyncGenerator<readonly EncryptedRow[]> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { rows }: { rows: EncryptedRow[] } = await sql<EncryptedRow>`
      select context_identifier as "tenantId", ${sql.ref(column)} as encrypted from ${sql.table(table)}
      where context_identifier > ${after} and split_part(${sql.ref(column)}, '.', 1) <> ${keyId}
      order by context_identifier limit ${batchSize}`.execute(db);
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.tenantId;
  }
}

/** @returns false if no key decrypts the value */
async function reencryptRow(
  db: Database,
  { table, column, toAssociatedData }: EncryptedColumn,
  { tenantId, encrypted }: EncryptedRow,
  secrets: SecretBox,
): Promise<boolean> {
  const reencrypted = reencryptValue(secrets, encrypted, toAssociatedData(tenantId));
  if (reencrypted === null) return false;
  await sql`
    update ${sql.table(table)} set ${sql.ref(column)} = ${reencrypted}
    where context_identifier = ${tenantId} and ${sql.ref(column)} = ${encrypted}`.execute(db);
  return true;
}

function reencryptValue(secrets: SecretBox, encrypted: string, associatedData: string): string | null {
  try {
    return secrets.encrypt(secrets.decrypt(encrypted, associatedData), associatedData);
  } catch {
    return null;
  }
}

async function countOthers(db: Database, keyId: string): Promise<number> {
  const byKey = await countByKey(db);
  return Object.entries(byKey).reduce((sum, [id, count]) => (id === keyId ? sum : sum + count), 0);
}

async function countByKey(db: Database): Promise<Record<string, number>> {
  const byKey: Record<string, number> = {};
  for (const { table, column } of encryptedColumns) {
    const { rows } = await sql<{ id: string; count: number }>`
      select split_part(${sql.ref(column)}, '.', 1) as id, count(*)::int as count
      from ${sql.table(table)} group by 1`.execute(db);
    for (const { id, count } of rows) byKey[id] = (byKey[id] ?? 0) + count;
  }
  return byKey;
}
