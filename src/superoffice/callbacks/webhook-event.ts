import { z } from 'zod';

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
