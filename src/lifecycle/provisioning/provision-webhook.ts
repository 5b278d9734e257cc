import type { TenantApiClient } from '../../superoffice/api/web-api.ts';
import { listWebhooksByName, saveWebhook, type WebhookEntity } from '../../superoffice/api/webhooks.ts';
import { isRefusal, SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { TenantWebhook, WebhookOutcome, WebhookStore } from '../../tenants/webhook-store.ts';
import type { WantedWebhook } from './desired-state.ts';

/**
 * Makes a tenant's webhook as it should be: creates it, mends what differs, sets one going again that SuperOffice
 * stopped after errors, leaves alone what is right. An app that may not use webhooks there goes on without: `refused`.
 */
export async function provisionWebhook(
  apiClient: TenantApiClient,
  tenantId: string,
  { webhooks, desired }: { readonly webhooks: WebhookStore; readonly desired: WantedWebhook },
): Promise<WebhookOutcome> {
  const own = await webhooks.findOrCreate(tenantId);
  try {
    const { webhookId, outcome } = await ensurePanel(apiClient, own, desired);
    await webhooks.saveOutcome(tenantId, { webhookId, outcome, problem: null });
    return outcome;
  } catch (error) {
    if (!(error instanceof SuperOfficeError)) throw error;
    const outcome = isRefusal(error) ? 'refused' : 'failed';
    await webhooks.saveOutcome(tenantId, { webhookId: own.webhookId, outcome, problem: error.code });
    return outcome;
  }
}

async function ensurePanel(
  apiClient: TenantApiClient,
  own: TenantWebhook,
  desired: WantedWebhook,
): Promise<{ webhookId: number; outcome: WebhookOutcome }> {
  const targetUrl = `${desired.address}${own.hookId}`;
  const actual = await ownWebhook(apiClient, own, desired);
  if (actual !== undefined && isRight(actual, desired.events, targetUrl)) {
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

/** Our webhook as the tenant has it: by its number, or by its address where its number never reached us. */
export async function ownWebhook(
  apiClient: TenantApiClient,
  own: TenantWebhook,
  { name }: WantedWebhook,
): Promise<WebhookEntity | undefined> {
  const named = await listWebhooksByName(apiClient, name);
  return named.find(
    ({ WebhookId, TargetUrl }) => WebhookId === own.webhookId || TargetUrl.endsWith(`/${own.hookId}`),
  );
}

function isRight(
  { Events, State, TargetUrl }: WebhookEntity,
  events: readonly string[],
  targetUrl: string,
): boolean {
  const desired = Events.length === events.length && events.every((event) => Events.includes(event));
  return desired && State === 'Active' && TargetUrl === targetUrl;
}
