import { sql } from 'kysely';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database } from '../database/database.ts';
import { placeOfSystemToken } from './tenant-store.ts';
import { placeOfSecret } from './webhook-store.ts';

/** Where sealed texts lie for good. Tickets are left out: they run out within hours, and another can be had. */
const sealedColumns = [
  { table: 'tenants', column: 'system_token_sealed', placeOf: placeOfSystemToken },
  { table: 'webhooks', column: 'secret_sealed', placeOf: placeOfSecret },
] as const;
type SealedColumn = (typeof sealedColumns)[number];

/** So many are sealed anew between two tellings of how far it is. */
const batch = 100;

export interface Reencrypted {
  readonly resealed: number;
  /** What no key of the keyring opens: the table and the tenant. */
  readonly unreadable: readonly { readonly table: string; readonly ctx: string }[];
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
  const unreadable: { table: string; ctx: string }[] = [];
  let done = 0;
  const total = await countOthers(db, secrets.currentKeyId);
  onProgress(done, total);
  for (const place of sealedColumns) {
    for await (const rows of othersIn(db, place, secrets.currentKeyId)) {
      for (const row of rows) {
        if (!(await reseal(db, place, row, secrets))) unreadable.push({ table: place.table, ctx: row.ctx });
      }
      done += rows.length;
      onProgress(done, total);
    }
  }
  return { resealed: done - unreadable.length, unreadable, byKey: await countByKey(db) };
}

interface SealedRow {
  readonly ctx: string;
  readonly sealed: string;
}

/** What another key than this sealed, batch by batch in the order of the primary key. */
async function* othersIn(
  db: Database,
  { table, column }: SealedColumn,
  keyId: string,
): AsyncGenerator<readonly SealedRow[]> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { rows }: { rows: SealedRow[] } = await sql<SealedRow>`
      select context_identifier as ctx, ${sql.ref(column)} as sealed from ${sql.table(table)}
      where context_identifier > ${after} and split_part(${sql.ref(column)}, '.', 1) <> ${keyId}
      order by context_identifier limit ${batch}`.execute(db);
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.ctx;
  }
}

/** @returns false where no key opens it */
async function reseal(
  db: Database,
  { table, column, placeOf }: SealedColumn,
  { ctx, sealed }: SealedRow,
  secrets: SecretBox,
): Promise<boolean> {
  const fresh = sealedAnew(secrets, sealed, placeOf(ctx));
  if (fresh === null) return false;
  await sql`
    update ${sql.table(table)} set ${sql.ref(column)} = ${fresh}
    where context_identifier = ${ctx} and ${sql.ref(column)} = ${sealed}`.execute(db);
  return true;
}

function sealedAnew(secrets: SecretBox, sealed: string, place: string): string | null {
  try {
    return secrets.seal(secrets.open(sealed, place), place);
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
  for (const { table, column } of sealedColumns) {
    const { rows } = await sql<{ id: string; count: number }>`
      select split_part(${sql.ref(column)}, '.', 1) as id, count(*)::int as count
      from ${sql.table(table)} group by 1`.execute(db);
    for (const { id, count } of rows) byKey[id] = (byKey[id] ?? 0) + count;
  }
  return byKey;
}
