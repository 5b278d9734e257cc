import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/**
 * True if `signature` is the signature of exactly these bytes with the webhook's secret
 * (docs/superoffice/web-api.md#67-signature). A missing signature is invalid: SuperOffice omits it only for a
 * webhook without a secret, and every webhook of this app has one.
 */
export function verifyWebhookSignature(key: KeyObject, body: Buffer, signature: string | undefined): boolean {
  const expected = Buffer.from(createHmac('sha256', key).update(body).digest('base64'));
  const actual = Buffer.from(signature ?? '');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** The fields of a webhook event that this app uses. */
export interface WebhookEvent {
  /** The same for every delivery attempt; null if SuperOffice omitted it, as one of its samples does. */
  readonly eventId: string | null;
  /** For example `associate.changed`; `test` for the test event. */
  readonly event: string;
  /** The tenant of the event; `Default` in the test event. */
  readonly tenantId: string | null;
  /** The row that changed; null if there is none. */
  readonly primaryKey: number | null;
}

/** PostgreSQL stores no NUL in text. */
const storableString = z.string().regex(/^[^\0]*$/);

/**
 * Lenient, because samples omit different fields and injected properties add some
 * (docs/superoffice/web-api.md#65-payload).
 */
const eventSchema = z.looseObject({
  EventId: storableString.min(1).max(100).nullish().catch(null),
  Event: storableString.min(1).max(200),
  ContextIdentifier: z.string().nullish().catch(null),
  PrimaryKey: z.coerce.number().int().positive().nullish().catch(null),
});

/** Parses the body of a webhook call whose signature is verified; null if it is not an event. */
export function readWebhookEvent(body: Buffer): WebhookEvent | null {
  const event = eventSchema.safeParse(parseJson(body));
  if (!event.success) return null;
  const { EventId, Event, ContextIdentifier, PrimaryKey } = event.data;
  return {
    eventId: EventId ?? null,
    event: Event,
    tenantId: ContextIdentifier ?? null,
    primaryKey: PrimaryKey ?? null,
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
