import type { Caller } from '../../superoffice/api/web-api.ts';
import { saveWebhook, type WebhookEntity, webhooksNamed } from '../../superoffice/api/webhooks.ts';
import { isRefusal, SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { TenantWebhook, WebhookOutcome, WebhookStore } from '../../tenants/webhook-store.ts';
import type { WantedWebhook } from './desired-state.ts';

/**
 * Makes a tenant's webhook as it should be: creates it, mends what differs, sets one going again that SuperOffice
 * stopped after errors, leaves alone what is right. An app that may not use webhooks there goes on without: `refused`.
 */
export async function provisionWebhook(
  caller: Caller,
  ctx: string,
  { webhooks, wanted }: { readonly webhooks: WebhookStore; readonly wanted: WantedWebhook },
): Promise<WebhookOutcome> {
  const own = await webhooks.ofTenant(ctx);
  try {
    const { webhookId, outcome } = await bringAbout(caller, own, wanted);
    await webhooks.saveOutcome(ctx, { webhookId, outcome, problem: null });
    return outcome;
  } catch (error) {
    if (!(error instanceof SuperOfficeError)) throw error;
    const outcome = isRefusal(error) ? 'refused' : 'failed';
    await webhooks.saveOutcome(ctx, { webhookId: own.webhookId, outcome, problem: error.code });
    return outcome;
  }
}

async function bringAbout(
  caller: Caller,
  own: TenantWebhook,
  wanted: WantedWebhook,
): Promise<{ webhookId: number; outcome: WebhookOutcome }> {
  const targetUrl = `${wanted.address}${own.hookId}`;
  const actual = await ownWebhook(caller, own, wanted);
  if (actual !== undefined && isRight(actual, wanted.events, targetUrl)) {
    return { webhookId: actual.WebhookId, outcome: 'unchanged' };
  }
  const saved = await saveWebhook(caller, {
    WebhookId: actual?.WebhookId ?? 0,
    Name: wanted.name,
    Events: wanted.events,
    TargetUrl: targetUrl,
    Secret: own.secret(),
    State: 'Active',
    Type: 'webhook',
  });
  return { webhookId: saved.WebhookId, outcome: actual === undefined ? 'created' : 'updated' };
}

/** Our webhook as the tenant has it: by its number, or by its address where its number never reached us. */
export async function ownWebhook(
  caller: Caller,
  own: TenantWebhook,
  { name }: WantedWebhook,
): Promise<WebhookEntity | undefined> {
  const named = await webhooksNamed(caller, name);
  return named.find(
    ({ WebhookId, TargetUrl }) => WebhookId === own.webhookId || TargetUrl.endsWith(`/${own.hookId}`),
  );
}

function isRight(
  { Events, State, TargetUrl }: WebhookEntity,
  events: readonly string[],
  targetUrl: string,
): boolean {
  const wanted = Events.length === events.length && events.every((event) => Events.includes(event));
  return wanted && State === 'Active' && TargetUrl === targetUrl;
}
