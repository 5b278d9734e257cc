import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Selectable } from 'kysely';
import { createCache } from '../coordination/cache.ts';
import { randomToken } from '../crypto/random-token.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, WebhookRow } from '../database/database.ts';

/** What became of a tenant's webhook when it was last looked after. `refused`: this app may not use webhooks there. */
export type WebhookOutcome = 'created' | 'updated' | 'unchanged' | 'refused' | 'failed';

/** Our webhook in one tenant. */
export interface TenantWebhook {
  readonly tenantId: string;
  /** Names the tenant in the address SuperOffice calls, and tells nothing about it. */
  readonly hookId: string;
  /** Its number in the tenant; null before it is there. */
  readonly webhookId: number | null;
  /** Null where nobody looked after it yet. */
  readonly outcome: WebhookOutcome | null;
  /** Why it failed, as a SuperOffice error code. */
  readonly problem: string | null;
  /** When it was looked after last. */
  readonly checkedAt: Date | null;
  /** Opens the sealed secret; never log or keep it. */
  secret(): string;
}

const maxRemembered = 10_000;

/** Of a webhook what it takes to take its calls. */
export interface KnownHook {
  readonly tenantId: string;
  /** What its calls are signed with. */
  readonly key: KeyObject;
}

export type WebhookStore = ReturnType<typeof createWebhookStore>;

/** One webhook a tenant, with a secret of its own: who can read one tenant's forges nothing of another. */
export function createWebhookStore(deps: { db: Database; secrets: SecretBox; now: () => number }) {
  const { db, secrets, now } = deps;
  const memory = createCache<KnownHook>(maxRemembered, now);

  function webhookOf(row: Selectable<WebhookRow>): TenantWebhook {
    return {
      tenantId: row.context_identifier,
      hookId: row.hook_id,
      webhookId: row.webhook_id,
      outcome: row.outcome as WebhookOutcome | null,
      problem: row.problem,
      checkedAt: row.checked_at,
      secret: () =>
        secrets.decrypt(row.secret_encrypted, webhookSecretAssociatedData(row.context_identifier)),
    };
  }

  return {
    /** The tenant's webhook, with a new address and secret where it had none. */
    async ofTenant(tenantId: string): Promise<TenantWebhook> {
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
      return webhookOf(row);
    },

    /** Whose an address is, remembered, for its secret never changes; null where it is none of ours. */
    find(hookId: string): Promise<KnownHook | null> {
      return memory.get(hookId, async () => {
        const row = await db
          .selectFrom('webhooks')
          .selectAll()
          .where('hook_id', '=', hookId)
          .executeTakeFirst();
        if (row === undefined) return null;
        const { tenantId, secret } = webhookOf(row);
        return { tenantId, key: createSecretKey(secret(), 'utf8') };
      });
    },

    /** Keeps what became of a tenant's webhook. */
    async saveOutcome(
      tenantId: string,
      { webhookId, outcome, problem }: Pick<TenantWebhook, 'webhookId' | 'outcome' | 'problem'>,
    ): Promise<void> {
      await db
        .updateTable('webhooks')
        .set({ webhook_id: webhookId, outcome, problem, checked_at: new Date(now()) })
        .where('context_identifier', '=', tenantId)
        .execute();
    },
  };
}

/** Where a webhook's secret is sealed for. */
export function webhookSecretAssociatedData(tenantId: string): string {
  return `${tenantId}/webhook_secret`;
}
