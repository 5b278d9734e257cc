import { EventEmitter } from 'node:events';
import { type Selectable, sql } from 'kysely';
import { createCache } from '../coordination/cache.ts';
import { notify } from '../coordination/notify.ts';
import { randomToken, sha256Base64Url } from '../crypto/random-token.ts';
import type { ApiKeyRow, Database } from '../database/database.ts';
import type { ApiKeyUses } from './api-key-uses.ts';
import { type AuditActor, writeAudit } from './audit-log.ts';
import { lockTenant } from './lock-tenant.ts';

/** What a key may be used for: answers about features, the evidence behind them, and lists of the whole tenant. */
export const apiScopes = ['evaluate', 'explain', 'export'] as const;

/** One scope of a key. */
export type ApiScope = (typeof apiScopes)[number];

/** `secret`: for a server. `publishable`: for browsers, which add the token of a user to it. */
export const apiKeyKinds = ['secret', 'publishable'] as const;

/** Where a key is used. */
export type ApiKeyKind = (typeof apiKeyKinds)[number];

/** What is needed to answer a request with a key. */
export interface KnownApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: ApiKeyKind;
  readonly scopes: ReadonlySet<ApiScope>;
  /** Origins that browsers may call from; empty for a key of a server. */
  readonly origins: readonly string[];
  /** Milliseconds since 1970; null without an expiry. */
  readonly expiresAt: number | null;
  readonly isRevoked: boolean;
}

/** What an administrator chooses for a new key. */
export interface NewApiKey {
  /** A new UUID: a form that is sent twice creates one key. */
  readonly id: string;
  readonly kind: ApiKeyKind;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly origins: readonly string[];
  readonly expiresAt: Date | null;
}

/** A key as administrators see it. */
export interface ApiKey extends NewApiKey {
  /** The last four characters of the key. */
  readonly ending: string;
  /** The associate id of the administrator; null if they have left. */
  readonly createdBy: number | null;
  /** The name of the administrator in the list of users; null if it is unknown. */
  readonly createdByName: string | null;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** Answered requests. */
  readonly uses: number;
}

/** The keys of the license API. Only their hashes are stored, so nobody can read a key again. */
export interface ApiKeyStore {
  /**
   * Creates and audits a key.
   * @returns the key itself, the only time; `repeated` if a key has this id, `full` if the tenant has `maxApiKeys` that are
   * not revoked; both change nothing
   */
  create(actor: AuditActor, created: NewApiKey): Promise<{ readonly key: string } | 'repeated' | 'full'>;
  /** The keys of a tenant, newest first: those in use, then the revoked ones. */
  list(tenantId: string): Promise<readonly ApiKey[]>;
  /** Revokes and audits a key, in all processes at once. @returns false if the tenant has no such key in use */
  revoke(actor: AuditActor, id: string): Promise<boolean>;
  /**
   * Finds a key that a client sent, by its hash and from a cache; it may be revoked or expired. `beforeRead` is called if
   * the cache does not have it, and may throw to prevent the query.
   */
  findByKey(key: string, beforeRead?: () => void): Promise<KnownApiKey | null>;
  /** The same from memory, without reading; null if it is not there. */
  peekByKey(key: string): KnownApiKey | null;
  /** Finds a key by its id, from a cache. @returns null if it is unknown, revoked or expired */
  findActive(id: string): Promise<KnownApiKey | null>;
  /** Whether a publishable key of any tenant allows calls from an origin; from a cache. `beforeRead` as above. */
  allowsOrigin(origin: string, beforeRead?: () => void): Promise<boolean>;
  /** Counts a request with a key, by its id. */
  countUse(id: string): void;
  /**
   * Calls `listener` when keys of a tenant were created, revoked or removed in any process, and with null when changes may
   * have been missed. @returns a function that ends it
   */
  onChange(listener: (tenantId: string | null) => void): () => void;
  /** Removes the keys of a tenant from this process's cache. */
  invalidate(tenantId: string): void;
  invalidateAll(): void;
}

/** NOTIFY channel: keys of a tenant changed. The payload is the tenant, such as `Cust12345`. */
export const apiKeyChannel = 'planlens_api_keys';

/** Keys of one tenant that are not revoked. */
export const maxApiKeys = 50;
/** Of the revoked keys, a tenant sees the latest. */
const maxListedRevoked = 50;
const maxCached = 10_000;

const prefixes: Readonly<Record<ApiKeyKind, string>> = { secret: 'pls_', publishable: 'plp_' };
const keyPattern = /^pl[sp]_[\w-]{43}$/;
const endingLength = 4;

/** @param deps.now the current time, ms since 1970 */
export function createApiKeyStore(deps: { db: Database; uses: ApiKeyUses; now: () => number }): ApiKeyStore {
  const { db, uses, now } = deps;
  const byHash = createCache<KnownApiKey>(maxCached, now);
  const byId = createCache<KnownApiKey>(maxCached, now);
  const allowedOrigins = createCache<{ readonly origin: string }>(maxCached, now);
  const changes = new EventEmitter<{ change: [tenantId: string | null] }>().setMaxListeners(0);

  function invalidate(tenantId: string): void {
    for (const cache of [byHash, byId]) cache.invalidateWhere((_key, key) => key.tenantId === tenantId);
    allowedOrigins.invalidateAll();
    changes.emit('change', tenantId);
  }

  /** Keys of a tenant that SuperOffice deleted count no longer. */
  const selectKnown = () =>
    db
      .selectFrom('api_keys')
      .innerJoin('tenants', 'tenants.context_identifier', 'api_keys.context_identifier')
      .selectAll('api_keys')
      .where('deleted_at', 'is', null);

  return {
    async create(actor, { id, kind, name, scopes, origins, expiresAt }) {
      const key = `${prefixes[kind]}${randomToken()}`;
      const outcome = await db.transaction().execute(async (transaction) => {
        if ((await countInUse(transaction, actor.tenantId)) >= maxApiKeys) return 'full';
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('api_keys')
          .values({
            id,
            context_identifier: actor.tenantId,
            key_hash: sha256Base64Url(key),
            ending: key.slice(-endingLength),
            kind,
            name,
            scopes: [...scopes],
            origins: [...origins],
            created_by_id: actor.associateId,
            created_at: new Date(now()),
            expires_at: expiresAt,
          })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst();
        if (numInsertedOrUpdatedRows === 0n) return 'repeated';
        await writeAudit(transaction, actor, now(), { event: 'api-key-created', apiKey: id, kind });
        await notify(transaction, apiKeyChannel, actor.tenantId);
        return { key };
      });
      invalidate(actor.tenantId);
      return outcome;
    },

    async list(tenantId) {
      await uses.flush();
      const rows = await db
        .selectFrom('api_keys')
        .leftJoin('tenant_users', (join) =>
          join
            .onRef('tenant_users.context_identifier', '=', 'api_keys.context_identifier')
            .onRef('associate_id', '=', 'created_by_id'),
        )
        .selectAll('api_keys')
        .select('tenant_users.name as created_by_name')
        .where('api_keys.context_identifier', '=', tenantId)
        .orderBy('revoked_at', (order) => order.desc().nullsFirst())
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(maxApiKeys + maxListedRevoked)
        .execute();
      return rows.map((row) => ({ ...toApiKey(row), createdByName: row.created_by_name }));
    },

    async revoke(actor, id) {
      const isRevoked = await db.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('api_keys')
          .set({ revoked_at: new Date(now()) })
          .where('context_identifier', '=', actor.tenantId)
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await writeAudit(transaction, actor, now(), { event: 'api-key-revoked', apiKey: id });
        await notify(transaction, apiKeyChannel, actor.tenantId);
        return true;
      });
      if (isRevoked) invalidate(actor.tenantId);
      return isRevoked;
    },

    async findByKey(key, beforeRead) {
      if (!keyPattern.test(key)) return null;
      const hash = sha256Base64Url(key);
      return byHash.get(hash, async () => {
        beforeRead?.();
        const row = await selectKnown().where('key_hash', '=', hash).executeTakeFirst();
        return row === undefined ? null : toKnownApiKey(row);
      });
    },

    peekByKey: (key) => (keyPattern.test(key) ? byHash.peek(sha256Base64Url(key)) : null),

    async findActive(id) {
      const key = await byId.get(id, async () => {
        const row = await selectKnown().where('id', '=', id).executeTakeFirst();
        return row === undefined ? null : toKnownApiKey(row);
      });
      return key !== null && isActive(key, now()) ? key : null;
    },

    async allowsOrigin(origin, beforeRead) {
      const allowed = await allowedOrigins.get(origin, async () => {
        beforeRead?.();
        const row = await selectKnown()
          .where(sql<boolean>`origins @> array[${origin}]`)
          .where('revoked_at', 'is', null)
          .where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', new Date(now()))]))
          .limit(1)
          .executeTakeFirst();
        return row === undefined ? null : { origin };
      });
      return allowed !== null;
    },

    countUse: uses.count,

    onChange(listener) {
      changes.on('change', listener);
      return () => void changes.off('change', listener);
    },

    invalidate,
    invalidateAll() {
      for (const cache of [byHash, byId, allowedOrigins]) cache.invalidateAll();
      changes.emit('change', null);
    },
  };
}

/** Whether a key counts at `now`, ms since 1970. */
export function isActive({ isRevoked, expiresAt }: KnownApiKey, now: number): boolean {
  return !isRevoked && (expiresAt === null || now < expiresAt);
}

/** Locks the tenant until the transaction ends, so that the number is exact. */
async function countInUse(transaction: Database, tenantId: string): Promise<number> {
  await lockTenant(transaction, tenantId);
  const { count } = await transaction
    .selectFrom('api_keys')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('context_identifier', '=', tenantId)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function toKnownApiKey(row: Selectable<ApiKeyRow>): KnownApiKey {
  const { id, kind, scopes, origins, expiresAt, revokedAt } = toApiKey(row);
  return {
    id,
    tenantId: row.context_identifier,
    kind,
    scopes: new Set(scopes),
    origins,
    expiresAt: expiresAt?.getTime() ?? null,
    isRevoked: revokedAt !== null,
  };
}

function toApiKey(row: Selectable<ApiKeyRow>): Omit<ApiKey, 'createdByName'> {
  return {
    id: row.id,
    kind: row.kind === 'secret' ? 'secret' : 'publishable',
    name: row.name,
    // Without those that only a later version knows.
    scopes: apiScopes.filter((scope) => row.scopes.includes(scope)),
    origins: row.origins,
    ending: row.ending,
    createdBy: row.created_by_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
    uses: Number(row.uses),
  };
}
