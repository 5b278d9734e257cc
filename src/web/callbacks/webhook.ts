import type { RequestHandler } from 'express';
import { sha256Base64Url } from '../../crypto/random-token.ts';
import { AppError } from '../../errors.ts';
import {
  readWebhookEvent,
  verifyWebhookSignature,
  type WebhookEvent,
} from '../../superoffice/callbacks/webhook-event.ts';
import type { CallbackQueue } from '../../tenants/callback-queue.ts';
import type { KnownHook, WebhookStore } from '../../tenants/webhook-store.ts';

/**
 * Takes what a tenant's webhook tells: signature over the bytes as they came, then kept, then 200 and nothing
 * else, for any other answer counts as a failure and 410 would end the webhook
 * (docs/superoffice/web-api.md#68-delivery). Worked off later.
 */
export function createWebhookCallback(deps: {
  webhooks: WebhookStore;
  callbackQueue: CallbackQueue;
}): RequestHandler {
  return async function webhook(request, response) {
    const hook = await deps.webhooks.findByHookId(String(request.params.hookId));
    if (hook === null) throw new AppError('not-found');
    const body: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!verifyWebhookSignature(hook.key, body, request.get('x-superoffice-signature'))) {
      throw new AppError('webhook-signature-invalid');
    }
    const event = readWebhookEvent(body);
    const kept = await keep(hook, event, body);
    request.log.setBindings({ tenantId: hook.tenantId, event: event?.event ?? null, kept });
    response.status(200).end();
  };

  /** Of another customer, or nothing we work on, is signed by somebody who may and changes nothing. */
  async function keep(hook: KnownHook, event: WebhookEvent | null, body: Buffer): Promise<boolean> {
    if (event === null || event.tenantId !== hook.tenantId || !event.event.startsWith('associate.'))
      return false;
    // Without an id the same bytes are the same event.
    const eventId = `webhook ${event.eventId ?? sha256Base64Url(body.toString('base64'))}`;
    const { event: name, primaryKey } = event;
    return deps.callbackQueue.enqueue(hook.tenantId, eventId, { source: 'webhook', event: name, primaryKey });
  }
}
