import { randomUUID } from 'node:crypto';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';
import { keyringSchema } from '../../src/crypto/keyring.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createWebhookStore } from '../../src/tenants/webhook-store.ts';

/** The webhook of a tenant, as SuperOffice knows it. */
export interface KnownWebhook {
  readonly tenantId: string;
  readonly hookId: string;
  readonly secret: string;
}

/** The webhooks of tenants, created if there are none. */
export async function findWebhooks(
  environment: NodeJS.ProcessEnv,
  tenantIds: readonly string[],
): Promise<KnownWebhook[]> {
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const secrets = createSecretBox(keyringSchema.parse(environment.ENCRYPTION_KEYS));
  const store = createWebhookStore({ db, secrets, now: Date.now });
  const webhooks: KnownWebhook[] = [];
  for (const tenantId of tenantIds) {
    const { hookId, secret } = await store.findOrCreate(tenantId);
    webhooks.push({ tenantId, hookId, secret: secret() });
  }
  await db.destroy();
  return webhooks;
}

/** The request with which SuperOffice reports the change of a user, with a unique id. */
export function createSignedEvent({ tenantId, hookId, secret }: KnownWebhook, associateId: number) {
  const body = JSON.stringify({
    EventId: randomUUID(),
    Timestamp: new Date().toISOString(),
    Changes: ['name'],
    Event: 'associate.changed',
    PrimaryKey: associateId,
    Entity: 'associate',
    ContextIdentifier: tenantId,
    ChangedByAssociateId: 1,
    WebhookName: 'Planlens',
  });
  const signature = signWebhookBody(body, secret);
  const headers = { 'content-type': 'application/json', 'x-superoffice-signature': signature };
  return { path: `/callbacks/webhooks/${hookId}`, method: 'POST' as const, headers, body };
}
