import { sql } from 'kysely';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database } from '../database/database.ts';
import { systemTokenAssociatedData } from './tenant-store.ts';
import { webhookSecretAssociatedData } from './webhook-store.ts';

/** Where sealed texts lie for good. Tickets are left out: they run out within hours, and another can be had. */
const encryptedColumns = [
  { table: 'tenants', column: 'system_token_encrypted', associatedDataOf: systemTokenAssociatedData },
  { table: 'webhooks', column: 'secret_encrypted', associatedDataOf: webhookSecretAssociatedData },
] as const;
type EncryptedColumn = (typeof encryptedColumns)[number];

/** So many are sealed anew between two tellings of how far it is. */
const batch = 100;

export interface Reencrypted {
  readonly reencrypted: number;
  /** What no key of the keyring opens: the table and the tenant. */
  readonly unreadable: readonly { readonly table: string; readonly tenantId: string }[];
  /** How many secrets bear which key now. */
  readonly byKey: Readonly<Record<string, number>>;
}

/**
 * Seals with the current key whatever bears another. What bears it already is skipped, so that a run cut off is gone on
 * with by the next; what was replaced meanwhile is left alone, so that servers may run. `onProgress` hears how far it is.
 */
export async function reencrypt(deps: {
  db: Database;
  secrets: SecretBox;
  onProgress: (done: number, total: number) => void;
}): Promise<Reencrypted> {
  const { db, secrets, onProgress } = deps;
  const unreadable: { table: string; tenantId: string }[] = [];
  let done = 0;
  const total = await countOthers(db, secrets.currentKeyId);
  onProgress(done, total);
  for (const place of encryptedColumns) {
    for await (const rows of othersIn(db, place, secrets.currentKeyId)) {
      for (const row of rows) {
        if (!(await reencryptRow(db, place, row, secrets)))
          unreadable.push({ table: place.table, tenantId: row.tenantId });
      }
      done += rows.length;
      onProgress(done, total);
    }
  }
  return { reencrypted: done - unreadable.length, unreadable, byKey: await countByKey(db) };
}

interface EncryptedRow {
  readonly tenantId: string;
  readonly sealed: string;
}

/** What another key than this sealed, batch by batch in the order of the primary key. */
async function* othersIn(
  db: Database,
  { table, column }: EncryptedColumn,
  keyId: string,
): AsyncGenerator<readonly EncryptedRow[]> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { rows }: { rows: EncryptedRow[] } = await sql<EncryptedRow>`
      select context_identifier as "tenantId", ${sql.ref(column)} as sealed from ${sql.table(table)}
      where context_identifier > ${after} and split_part(${sql.ref(column)}, '.', 1) <> ${keyId}
      order by context_identifier limit ${batch}`.execute(db);
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.tenantId;
  }
}

/** @returns false where no key opens it */
async function reencryptRow(
  db: Database,
  { table, column, associatedDataOf }: EncryptedColumn,
  { tenantId, sealed }: EncryptedRow,
  secrets: SecretBox,
): Promise<boolean> {
  const fresh = reencryptedRow(secrets, sealed, associatedDataOf(tenantId));
  if (fresh === null) return false;
  await sql`
    update ${sql.table(table)} set ${sql.ref(column)} = ${fresh}
    where context_identifier = ${tenantId} and ${sql.ref(column)} = ${sealed}`.execute(db);
  return true;
}

function reencryptedRow(secrets: SecretBox, sealed: string, place: string): string | null {
  try {
    return secrets.encrypt(secrets.decrypt(sealed, place), place);
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
