import { sql } from 'kysely';
import { createCache } from '../coordination/cache.ts';
import type { Database } from '../database/database.ts';

/** Whom a caller means: one user, several of the same name, or nobody. */
type UserMatch =
  | { readonly kind: 'found'; readonly associateId: number }
  | { readonly kind: 'several' }
  | { readonly kind: 'unknown' };

/** Finds the users of tenants by what callers know of them. */
export interface UserLookup {
  /**
   * Finds an active user by associate id, or by name without regard to case. An id counts as well if licenses of the user
   * are stored, or as long as no list of users was read.
   */
  find(tenantId: string, idOrName: string): Promise<UserMatch>;
  /** The user of an id or a name from memory, without reading; null if nobody is found there. */
  peek(tenantId: string, idOrName: string): number | null;
  /** Removes the entries of a removed tenant (`Cust12345`) or user (`Cust12345/5`) from memory; null stands for all. */
  invalidateRemoved(key: string | null): void;
}

const maxCachedUsers = 50_000;
const maxId = 2 ** 31 - 1;

type KnownMatch = Exclude<UserMatch, { kind: 'unknown' }> & { readonly tenantId: string };

/** Creates the lookup, which reads each user at most every ten minutes. `now` in ms since 1970. */
export function createUserLookup({ db, now }: { db: Database; now: () => number }): UserLookup {
  const cache = createCache<KnownMatch>(maxCachedUsers, now);

  async function findById(tenantId: string, associateId: number): Promise<KnownMatch | null> {
    if (associateId < 1 || associateId > maxId) return null;
    const { rows } = await sql<{ known: boolean }>`
      select coalesce(
        (select not retired from tenant_users
          where context_identifier = ${tenantId} and associate_id = ${associateId}),
        users_read_at is null or exists (
          select from license_snapshots
          where context_identifier = ${tenantId} and associate_id = ${associateId})
      ) as known
      from tenants where context_identifier = ${tenantId}`.execute(db);
    return rows[0]?.known === true ? { kind: 'found', associateId, tenantId } : null;
  }

  async function findByName(tenantId: string, name: string): Promise<KnownMatch | null> {
    const { rows } = await sql<{ associateId: number }>`
      select associate_id as "associateId" from tenant_users
      where context_identifier = ${tenantId} and not retired and lower(name) = lower(${name})
      limit 2`.execute(db);
    const [first, second] = rows;
    if (first === undefined) return null;
    return second === undefined ? { kind: 'found', ...first, tenantId } : { kind: 'several', tenantId };
  }

  return {
    async find(tenantId, idOrName) {
      const read = () =>
        /^\d{1,10}$/.test(idOrName) ? findById(tenantId, Number(idOrName)) : findByName(tenantId, idOrName);
      return (await cache.get(`${tenantId}/${idOrName}`, read)) ?? { kind: 'unknown' };
    },
    peek(tenantId, idOrName) {
      const match = cache.peek(`${tenantId}/${idOrName}`);
      return match?.kind === 'found' ? match.associateId : null;
    },
    invalidateRemoved(key) {
      if (key === null) return cache.invalidateAll();
      const [tenantId, associateId] = key.split('/');
      cache.invalidateWhere(
        (_key, match) =>
          match.tenantId === tenantId &&
          (associateId === undefined ||
            (match.kind === 'found' && match.associateId === Number(associateId))),
      );
    },
  };
}
