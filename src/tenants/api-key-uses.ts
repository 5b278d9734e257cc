import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** Counts the requests of keys in memory, and writes the counts of a while with one statement. */
export interface ApiKeyUses {
  /** Counts a request with a key, by its id. */
  count(keyId: string): void;
  /** Writes what is not written yet; call it before the database is closed. @throws if the database is unavailable */
  flush(): Promise<void>;
}

/** What a process may lose when it is killed. */
const writeAfterMs = 10_000;

/** @param deps.now the current time, ms since 1970 @param deps.onFailed receives the error of a failed write, which is repeated */
export function createApiKeyUses(deps: {
  db: Database;
  now: () => number;
  onFailed: (error: unknown) => void;
}): ApiKeyUses {
  const { db, now, onFailed } = deps;
  let counts = new Map<string, { uses: number; lastAt: number }>();
  let timer: NodeJS.Timeout | undefined;

  function add(keyId: string, uses: number, lastAt: number): void {
    const counted = counts.get(keyId);
    if (counted === undefined) counts.set(keyId, { uses, lastAt });
    else {
      counted.uses += uses;
      counted.lastAt = Math.max(counted.lastAt, lastAt);
    }
    timer ??= setTimeout(() => flush().catch(onFailed), writeAfterMs).unref();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (counts.size === 0) return;
    const written = counts;
    counts = new Map();
    try {
      await write(db, written);
    } catch (error) {
      for (const [keyId, { uses, lastAt }] of written) add(keyId, uses, lastAt);
      throw error;
    }
  }

  return { count: (keyId) => add(keyId, 1, now()), flush };
}

/** In the order of the ids, so that two processes cannot wait for each other. */
async function write(
  db: Database,
  counts: ReadonlyMap<string, { readonly uses: number; readonly lastAt: number }>,
): Promise<void> {
  const entries = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
  const ids = entries.map(([id]) => id);
  const uses = entries.map(([, counted]) => counted.uses);
  const times = entries.map(([, { lastAt }]) => new Date(lastAt));
  await db.transaction().execute(async (transaction) => {
    await sql`select from api_keys where id = any(${ids}::uuid[]) order by id for no key update`.execute(
      transaction,
    );
    await sql`
      update api_keys
      set uses = api_keys.uses + counted.uses, last_used_at = greatest(api_keys.last_used_at, counted.at)
      from unnest(${ids}::uuid[], ${uses}::bigint[], ${times}::timestamptz[]) as counted (id, uses, at)
      where api_keys.id = counted.id`.execute(transaction);
  });
}
