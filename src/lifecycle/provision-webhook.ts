import { isRefusal, SuperOfficeError } from '../superoffice/superoffice-error.ts';
import type { Caller } from '../superoffice/web-api.ts';
import { saveWebhook, type WebhookEntity, webhooksNamed } from '../superoffice/webhooks.ts';
import type { TenantWebhook, WebhookOutcome, WebhookStore } from '../tenants/webhook-store.ts';

/** By it we know our webhook among a tenant's; names need not be unique (webapi.md 6.2). */
export const webhookName = 'Planlens';
/** A plan change raises none of its own that is documented: these are hints to read sooner (webapi.md 1). */
const events = ['associate.created', 'associate.changed', 'associate.deleted'];

/**
 * Makes a tenant's webhook as it should be: creates it, mends what differs, sets one going again that SuperOffice
 * stopped after errors, leaves alone what is right. An app that may not use webhooks there goes on without: `refused`.
 */
export async function provisionWebhook(
  caller: Caller,
  ctx: string,
  { webhooks, publicUrl }: { readonly webhooks: WebhookStore; readonly publicUrl: string },
): Promise<void> {
  const own = await webhooks.ofTenant(ctx);
  try {
    const { webhookId, outcome } = await bringAbout(caller, own, publicUrl);
    await webhooks.saveOutcome(ctx, { webhookId, outcome, problem: null });
  } catch (error) {
    if (!(error instanceof SuperOfficeError)) throw error;
    const outcome = isRefusal(error) ? 'refused' : 'failed';
    await webhooks.saveOutcome(ctx, { webhookId: own.webhookId, outcome, problem: error.code });
  }
}

async function bringAbout(
  caller: Caller,
  own: TenantWebhook,
  publicUrl: string,
): Promise<{ webhookId: number; outcome: WebhookOutcome }> {
  const targetUrl = `${publicUrl}/callbacks/webhooks/${own.hookId}`;
  const actual = await ownWebhook(caller, own);
  if (actual !== undefined && isRight(actual, targetUrl)) {
    return { webhookId: actual.WebhookId, outcome: 'unchanged' };
  }
  const saved = await saveWebhook(caller, {
    WebhookId: actual?.WebhookId ?? 0,
    Name: webhookName,
    Events: events,
    TargetUrl: targetUrl,
    Secret: own.secret(),
    State: 'Active',
    Type: 'webhook',
  });
  return { webhookId: saved.WebhookId, outcome: actual === undefined ? 'created' : 'updated' };
}

/** Our webhook as the tenant has it: by its number, or by its address where its number never reached us. */
export async function ownWebhook(caller: Caller, own: TenantWebhook): Promise<WebhookEntity | undefined> {
  const named = await webhooksNamed(caller, webhookName);
  return named.find(
    ({ WebhookId, TargetUrl }) => WebhookId === own.webhookId || TargetUrl.endsWith(`/${own.hookId}`),
  );
}

function isRight({ Events, State, TargetUrl }: WebhookEntity, targetUrl: string): boolean {
  const wanted = Events.length === events.length && events.every((event) => Events.includes(event));
  return wanted && State === 'Active' && TargetUrl === targetUrl;
}
