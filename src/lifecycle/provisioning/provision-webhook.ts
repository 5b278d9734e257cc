import type { Lock } from '../../coordination/advisory-locks.ts';
import type { TenantApiClient } from '../../superoffice/api/web-api.ts';
import {
  deleteWebhook,
  listWebhooks,
  saveWebhook,
  type WebhookEntity,
} from '../../superoffice/api/webhooks.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { TenantWebhook, WebhookStore } from '../../tenants/webhook-store.ts';
import type { DesiredWebhook } from './desired-state.ts';

/** What provisioning the webhook has come to. */
type WebhookResult = Pick<TenantWebhook, 'webhookId' | 'problem'> & {
  readonly outcome: NonNullable<TenantWebhook['outcome']>;
};

/**
 * Brings a tenant's webhook to the desired state: creates it, updates what differs, reactivates one that SuperOffice
 * stopped after errors, and deletes every other one of ours. Saves and returns the outcome: `refused` if the app may not
 * use webhooks in the tenant.
 */
export async function provisionWebhook(
  apiClient: TenantApiClient,
  tenantId: string,
  {
    webhooks,
    desired,
    lock,
  }: { readonly webhooks: WebhookStore; readonly desired: DesiredWebhook; readonly lock: Lock },
): Promise<WebhookResult> {
  const own = await webhooks.findOrCreate(tenantId);
  const result = await ensureWebhook(apiClient, own, desired).catch((error): WebhookResult => {
    if (!(error instanceof SuperOfficeError)) throw error;
    const outcome = error.code === 'forbidden' ? 'refused' : 'failed';
    return { webhookId: own.webhookId, outcome, problem: error.code };
  });
  await webhooks.saveOutcome(tenantId, result, lock);
  return result;
}

async function ensureWebhook(
  apiClient: TenantApiClient,
  own: TenantWebhook,
  desired: DesiredWebhook,
): Promise<WebhookResult> {
  const targetUrl = `${desired.address}${own.hookId}`;
  const ours = await findOurWebhooks(apiClient, desired);
  const actual =
    ours.find(({ TargetUrl }) => TargetUrl === targetUrl) ??
    ours.find(({ WebhookId }) => WebhookId === own.webhookId);
  for (const other of ours) if (other !== actual) await deleteWebhook(apiClient, other.WebhookId);
  if (actual !== undefined && matches(actual, desired.events, targetUrl)) {
    return { webhookId: actual.WebhookId, outcome: 'unchanged', problem: null };
  }
  const saved = await saveWebhook(apiClient, {
    WebhookId: actual?.WebhookId ?? 0,
    Name: desired.name,
    Events: desired.events,
    TargetUrl: targetUrl,
    Secret: own.secret(),
    State: 'Active',
    Type: 'webhook',
  });
  return { webhookId: saved.WebhookId, outcome: actual === undefined ? 'created' : 'updated', problem: null };
}

/** All webhooks of a tenant that call this installation of the app, whatever their name and however they came. */
export async function findOurWebhooks(
  apiClient: TenantApiClient,
  { address }: DesiredWebhook,
): Promise<WebhookEntity[]> {
  const webhooks = await listWebhooks(apiClient);
  return webhooks.filter(({ TargetUrl }) => TargetUrl.startsWith(address));
}

function matches(
  { Events, State, TargetUrl }: WebhookEntity,
  events: readonly string[],
  targetUrl: string,
): boolean {
  const sameEvents = Events.length === events.length && events.every((event) => Events.includes(event));
  return sameEvents && State === 'Active' && TargetUrl === targetUrl;
}
