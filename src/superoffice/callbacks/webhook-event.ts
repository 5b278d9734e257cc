import { z } from 'zod';

/** What a webhook call tells, as far as we use it. */
export interface WebhookEvent {
  /** The same on every retry; null where SuperOffice left it out, as one of its samples does. */
  readonly eventId: string | null;
  /** Such as `associate.changed`; `test` for the test event. */
  readonly event: string;
  /** The customer it happened at; `Default` in the test event. */
  readonly tenantId: string | null;
  /** The row it is about; null where there is none. */
  readonly primaryKey: number | null;
}

/** PostgreSQL takes no NUL. */
const storable = z.string().regex(/^[^\0]*$/);

/**
 * Read tolerantly: samples differ in what they leave out, and injected properties add to it
 * (docs/superoffice/web-api.md#65-payload).
 */
const eventSchema = z.looseObject({
  EventId: storable.min(1).max(100).nullish().catch(null),
  Event: storable.min(1).max(200),
  ContextIdentifier: z.string().nullish().catch(null),
  PrimaryKey: z.coerce.number().int().positive().nullish().catch(null),
});

/** Reads the body of a webhook call, signature checked; null where it is no event at all. */
export function readWebhookEvent(body: Buffer): WebhookEvent | null {
  const event = eventSchema.safeParse(parsed(body));
  if (!event.success) return null;
  const { EventId, Event, ContextIdentifier, PrimaryKey } = event.data;
  return {
    eventId: EventId ?? null,
    event: Event,
    tenantId: ContextIdentifier ?? null,
    primaryKey: PrimaryKey ?? null,
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
