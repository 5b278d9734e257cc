import type { RequestHandler } from 'express';
import { sha256Base64Url } from '../../crypto/random-token.ts';
import { AppError } from '../../errors.ts';
import { readWebhookEvent, type WebhookEvent } from '../../superoffice/callbacks/webhook-event.ts';
import { verifyWebhookSignature } from '../../superoffice/callbacks/webhook-signature.ts';
import type { CallbackIntake } from '../../tenants/callback-intake.ts';
import type { KnownHook, WebhookStore } from '../../tenants/webhook-store.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';

/** SuperOffice repeats an event for seconds; after this time, ms, only a person sends it again. */
const repetitionMs = 60 * 60_000;

declare global {
  namespace Express {
    interface Locals {
      /** The webhook that a callback names. */
      hook?: KnownHook;
    }
  }
}

/**
 * Finds the webhook that a callback names, before its body is read: a client that does not know the id of one cannot make
 * the process store a body.
 * @returns a handler that throws AppError `not-found`, `too-many-requests`
 */
export function createFindHook(deps: { webhooks: WebhookStore; limits: RequestLimits }): RequestHandler {
  const { webhooks, limits } = deps;
  return async function findHook(request, response, next) {
    let isCounted = false;
    const hook = await webhooks.findByHookId(String(request.params.hookId), () => {
      limits.countHookLookup(request);
      isCounted = true;
    });
    if (hook === null) throw new AppError('not-found');
    // SuperOffice calls the webhooks of all tenants from few addresses.
    if (isCounted) limits.uncountHookLookup(request);
    response.locals.hook = hook;
    next();
  };
}

/**
 * Receives an event of a tenant's webhook, which `createFindHook` found: verifies the signature over the received bytes,
 * enqueues the event, responds with 200. Any other status counts as a failed delivery, and 410 ends the webhook
 * (docs/superoffice/web-api.md#68-delivery). The event is processed later.
 *
 * @throws AppError `webhook-signature-invalid`
 */
export function createWebhookCallback(deps: {
  callbacks: CallbackIntake;
  now: () => number;
}): RequestHandler {
  return async function webhook(request, response) {
    const { hook } = response.locals;
    if (hook === undefined) throw new AppError('not-found');
    const body: Buffer = request.body;
    if (!verifyWebhookSignature(hook.key, body, request.get('x-superoffice-signature'))) {
      throw new AppError('webhook-signature-invalid');
    }
    const event = readWebhookEvent(body);
    const enqueued = await enqueue(hook, event, body);
    request.log.setBindings({ tenantId: hook.tenantId, event: event?.event ?? null, enqueued });
    response.status(200).end();
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
 * Whether an administrator has sent an old event again (docs/superoffice/changes-2026.md#11-webhooks). A deleted user may be
 * back since then, so an old deletion counts as a change, and the list of users tells who has left.
 */
function isReplayed({ occurredAt }: WebhookEvent, now: number): boolean {
  return occurredAt !== null && now - occurredAt > repetitionMs;
}
