import type { Lock } from '../../coordination/advisory-locks.ts';
import type { TenantApiClient } from '../../superoffice/api/web-api.ts';
import { listWebhooksByName, saveWebhook, type WebhookEntity } from '../../superoffice/api/webhooks.ts';
import { isRefusal, SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { TenantWebhook, WebhookOutcome, WebhookStore } from '../../tenants/webhook-store.ts';
import type { DesiredWebhook } from './desired-state.ts';

/**
 * Brings a tenant's webhook to the desired state: creates it, updates what differs and reactivates one that SuperOffice
 * stopped after errors. Saves and returns the outcome: `refused` if the app may not use webhooks in the tenant.
 */
export async function provisionWebhook(
  apiClient: TenantApiClient,
  tenantId: string,
  {
    webhooks,
    desired,
    lock,
  }: { readonly webhooks: WebhookStore; readonly desired: DesiredWebhook; readonly lock: Lock },
): Promise<WebhookOutcome> {
  const own = await webhooks.findOrCreate(tenantId);
  try {
    const { webhookId, outcome } = await ensureWebhook(apiClient, own, desired);
    await webhooks.saveOutcome(tenantId, { webhookId, outcome, problem: null }, lock);
    return outcome;
  } catch (error) {
    if (!(error instanceof SuperOfficeError)) throw error;
    const outcome = isRefusal(error) ? 'refused' : 'failed';
    await webhooks.saveOutcome(tenantId, { webhookId: own.webhookId, outcome, problem: error.code }, lock);
    return outcome;
  }
}

async function ensureWebhook(
  apiClient: TenantApiClient,
  own: TenantWebhook,
  desired: DesiredWebhook,
): Promise<{ webhookId: number; outcome: WebhookOutcome }> {
  const targetUrl = `${desired.address}${own.hookId}`;
  const actual = await findOwnWebhook(apiClient, own, desired);
  if (actual !== undefined && matches(actual, desired.events, targetUrl)) {
    return { webhookId: actual.WebhookId, outcome: 'unchanged' };
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
  return { webhookId: saved.WebhookId, outcome: actual === undefined ? 'created' : 'updated' };
}

/** Finds our webhook by its id, or by its URL if an interrupted run did not save the id. */
export async function findOwnWebhook(
  apiClient: TenantApiClient,
  own: TenantWebhook,
  { name }: DesiredWebhook,
): Promise<WebhookEntity | undefined> {
  const sameName = await listWebhooksByName(apiClient, name);
  return sameName.find(
    ({ WebhookId, TargetUrl }) => WebhookId === own.webhookId || TargetUrl.endsWith(`/${own.hookId}`),
  );
}

function matches(
  { Events, State, TargetUrl }: WebhookEntity,
  events: readonly string[],
  targetUrl: string,
): boolean {
  const sameEvents = Events.length === events.length && events.every((event) => Events.includes(event));
  return sameEvents && State === 'Active' && TargetUrl === targetUrl;
}
