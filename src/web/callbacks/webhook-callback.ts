import type { Request, RequestHandler } from 'express';
import { sha256Base64Url } from '../../crypto/random-token.ts';
import { AppError } from '../../errors.ts';
import { readWebhookEvent, type WebhookEvent } from '../../superoffice/callbacks/webhook-event.ts';
import { verifyWebhookSignature } from '../../superoffice/callbacks/webhook-signature.ts';
import type { CallbackIntake } from '../../tenants/callback-intake.ts';
import type { KnownHook, WebhookStore } from '../../tenants/webhook-store.ts';
import { countedLookup } from '../middleware/counted-lookup.ts';
import { readBody } from '../middleware/read-body.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';

/** SuperOffice repeats an event for seconds; after this time, ms, only a person sends it again. */
const repetitionMs = 60 * 60_000;

/** The route of webhooks. */
export const webhookRoute = '/callbacks/webhooks/:hookId';

/**
 * Receives an event of a webhook: verifies the signature over the received bytes, and enqueues the event. It is processed later.
 * @throws AppError `body-too-large`, `request-malformed`, `webhook-signature-invalid`, `database-unavailable`
 */
export type ReceiveEvent = (hook: KnownHook, request: Request) => Promise<void>;

/** @param deps.maxBodyBytes the limit of a body */
export function createReceiveEvent(deps: {
  callbacks: CallbackIntake;
  maxBodyBytes: number;
  now: () => number;
}): ReceiveEvent {
  return async (hook, request) => {
    const body = await readBody(request, deps.maxBodyBytes);
    if (!verifyWebhookSignature(hook.key, body, request.headers['x-superoffice-signature']?.toString())) {
      throw new AppError('webhook-signature-invalid');
    }
    const event = readWebhookEvent(body);
    const enqueued = await enqueue(hook, event, body);
    request.log.setBindings({ tenantId: hook.tenantId, event: event?.event ?? null, enqueued });
  };

  /** Events of another tenant, of other kinds and of irrelevant columns are acknowledged and ignored. @returns whether it was enqueued */
  async function enqueue(hook: KnownHook, event: WebhookEvent | null, body: Buffer): Promise<boolean> {
    if (event === null || event.tenantId !== hook.tenantId || !event.event.startsWith('associate.'))
      return false;
    if (!event.isRelevant) return false;
    // Without an id, equal bytes are taken as the same event.
    const eventId = `webhook ${event.eventId ?? sha256Base64Url(body.toString('base64'))}`;
    const { primaryKey } = event;
    const deleted = event.event === 'associate.deleted' && !isReplayed(event, deps.now());
    return deps.callbacks.storeEvent(hook.tenantId, eventId, { associateId: primaryKey, deleted });
  }
}

/**
 * Responds with 200 to an event of a tenant's webhook once it is enqueued. Any other status counts as a failed delivery, and 410
 * ends the webhook (docs/superoffice/web-api.md#68-delivery). The body is read once the webhook is found: a client that does not
 * know the id of one cannot make the process store a body.
 * @throws AppError `not-found`, `too-many-requests`, and as `ReceiveEvent`
 */
export function createWebhookCallback(deps: {
  webhooks: Pick<WebhookStore, 'findByHookId'>;
  limits: RequestLimits;
  receiveEvent: ReceiveEvent;
}): RequestHandler {
  return async function webhook(request, response) {
    await deps.receiveEvent(await findHook(request), request);
    response.status(200).end();
  };

  /** @throws AppError `not-found`, `too-many-requests` */
  async function findHook(request: Request): Promise<KnownHook> {
    const hookId = String(request.params.hookId);
    const hook = await countedLookup((beforeRead) => deps.webhooks.findByHookId(hookId, beforeRead), {
      count: () => deps.limits.countHookLookup(request),
      // SuperOffice calls the webhooks of all tenants from few addresses.
      uncount: () => deps.limits.uncountHookLookup(request),
    });
    if (hook === null) throw new AppError('not-found');
    return hook;
  }
}

/**
 * Whether an administrator has sent an old event again (docs/superoffice/changes-2026.md#11-webhooks). A deleted user may be
 * back since then, so an old deletion counts as a change, and the list of users tells who has left.
 */
function isReplayed({ occurredAt }: WebhookEvent, now: number): boolean {
  return occurredAt !== null && now - occurredAt > repetitionMs;
}
