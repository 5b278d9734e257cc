import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Lock } from '../coordination/advisory-locks.ts';
import { createCache } from '../coordination/cache.ts';
import { randomToken } from '../crypto/random-token.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, WebhookRow } from '../database/database.ts';

/** The result of provisioning. `refused`: the app may not use webhooks in the tenant. */
export type WebhookOutcome = 'created' | 'updated' | 'unchanged' | 'refused' | 'failed';

/** Our webhook in one tenant. */
export interface TenantWebhook {
  readonly tenantId: string;
  /** The random last segment of the webhook's URL; identifies the tenant without revealing it. */
  readonly hookId: string;
  /** The webhook's id in SuperOffice; null before it is created. */
  readonly webhookId: number | null;
  /** Null before the first provisioning. */
  readonly outcome: WebhookOutcome | null;
  /** The SuperOffice error code of a failure; null otherwise. */
  readonly problem: string | null;
  /** The failed deliveries in a row, as SuperOffice counted them then; null if unknown. */
  readonly consecutiveErrors: number | null;
  /** When it was provisioned last. */
  readonly checkedAt: Date | null;
  /** Decrypts the signing secret. Never log or store the result. */
  secret(): string;
}

/** What is needed to verify a webhook call. */
export interface KnownHook {
  readonly tenantId: string;
  /** The HMAC key of its signatures. */
  readonly key: KeyObject;
}

/** One webhook per tenant, each with its own secret, so that a leaked secret affects one tenant only. */
export interface WebhookStore {
  /** @returns null before the first provisioning of the tenant */
  find(tenantId: string): Promise<TenantWebhook | null>;
  /** The tenant's webhook; a new `hookId` and secret are created if it has none. */
  findOrCreate(tenantId: string): Promise<TenantWebhook>;
  /**
   * `beforeRead` is called if the cache does not have it, and may throw to prevent the query.
   * @returns the webhook with this `hookId`, from a cache, as its secret never changes; null if none is installed
   */
  findByHookId(hookId: string, beforeRead?: () => void): Promise<KnownHook | null>;
  /** The webhook with this `hookId` in the cache, without reading; null if it is not there. */
  peekByHookId(hookId: string): KnownHook | null;
  /** Saves the result of provisioning, under the lock of the tenant. */
  saveOutcome(
    tenantId: string,
    result: Pick<TenantWebhook, 'webhookId' | 'outcome' | 'problem' | 'consecutiveErrors'>,
    lock: Lock,
  ): Promise<void>;
  /** Removes the key of a tenant from this process's cache. */
  invalidate(tenantId: string): void;
  invalidateAll(): void;
}

const maxCachedHooks = 10_000;
/** The form of `randomToken`. */
const hookIdPattern = /^[\w-]{43}$/;

/** @param deps.now the current time, ms since 1970 */
export function createWebhookStore(deps: {
  db: Database;
  secrets: SecretBox;
  now: () => number;
}): WebhookStore {
  const { db, secrets, now } = deps;
  const cache = createCache<KnownHook>(maxCachedHooks, now);

  async function find(tenantId: string): Promise<TenantWebhook | null> {
    const row = await db
      .selectFrom('webhooks')
      .selectAll()
      .where('context_identifier', '=', tenantId)
      .executeTakeFirst();
    return row === undefined ? null : toWebhook(row, secrets);
  }

  return {
    find,

    async findOrCreate(tenantId) {
      await db
        .insertInto('webhooks')
        .values({
          context_identifier: tenantId,
          hook_id: randomToken(),
          secret_encrypted: secrets.encrypt(randomToken(), webhookSecretAssociatedData(tenantId)),
        })
        .onConflict((conflict) => conflict.column('context_identifier').doNothing())
        .execute();
      const row = await db
        .selectFrom('webhooks')
        .selectAll()
        .where('context_identifier', '=', tenantId)
        .executeTakeFirstOrThrow();
      return toWebhook(row, secrets);
    },

    async findByHookId(hookId, beforeRead) {
      if (!hookIdPattern.test(hookId)) return null;
      return cache.get(hookId, async () => {
        beforeRead?.();
        const row = await db
          .selectFrom('webhooks')
          .innerJoin('tenants', 'tenants.context_identifier', 'webhooks.context_identifier')
          .selectAll('webhooks')
          .where('hook_id', '=', hookId)
          .where('deleted_at', 'is', null)
          .executeTakeFirst();
        if (row === undefined) return null;
        const { tenantId, secret } = toWebhook(row, secrets);
        return { tenantId, key: createSecretKey(secret(), 'utf8') };
      });
    },

    peekByHookId: (hookId) => cache.peek(hookId),

    async saveOutcome(tenantId, { webhookId, outcome, problem, consecutiveErrors }, lock) {
      await lock.transaction((transaction) =>
        transaction
          .updateTable('webhooks')
          .set({
            webhook_id: webhookId,
            outcome,
            problem,
            consecutive_errors: consecutiveErrors,
            checked_at: new Date(now()),
          })
          .where('context_identifier', '=', tenantId)
          .execute(),
      );
    },

    invalidate: (tenantId) => cache.invalidateWhere((_hookId, hook) => hook.tenantId === tenantId),
    invalidateAll: () => cache.invalidateAll(),
  };
}

function toWebhook(row: Selectable<WebhookRow>, secrets: SecretBox): TenantWebhook {
  return {
    tenantId: row.context_identifier,
    hookId: row.hook_id,
    webhookId: row.webhook_id,
    outcome: row.outcome as WebhookOutcome | null,
    problem: row.problem,
    consecutiveErrors: row.consecutive_errors,
    checkedAt: row.checked_at,
    secret: () => secrets.decrypt(row.secret_encrypted, webhookSecretAssociatedData(row.context_identifier)),
  };
}

/** The associated data that binds an encrypted webhook secret to its tenant. */
export function webhookSecretAssociatedData(tenantId: string): string {
  return `${tenantId}/webhook_secret`;
}
