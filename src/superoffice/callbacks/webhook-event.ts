import { z } from 'zod';
import { storableIdentifier } from '../../storable-text.ts';
import { rowId } from '../transport/schemas.ts';

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
  /** When it happened, ms since 1970; null if SuperOffice did not say. */
  readonly occurredAt: number | null;
  /** False for a change of columns that no page shows, such as the time of the last login. */
  readonly isRelevant: boolean;
}

/** Columns of the table `associate` that change with every other one. */
const bookkeepingColumns = [
  'associate_id',
  'registered',
  'registered_associate_id',
  'updated',
  'updated_associate_id',
  'updatedcount',
];
/**
 * Columns that no page shows and that no plan change concerns. `associate.changed` may be sent at every login
 * (docs/superoffice/web-api.md#64-events).
 */
const irrelevantColumns = [
  'lastlogin',
  'lastlogout',
  'rank',
  'tooltip',
  'checklistlimit',
  'tzlocationid',
  'islocation',
  'locationaddress',
  'encryptedcheck',
];

/**
 * Lenient, because samples omit different fields and injected properties add some
 * (docs/superoffice/web-api.md#65-payload).
 */
const eventSchema = z.object({
  EventId: storableIdentifier.min(1).max(100).nullish().catch(null),
  Event: storableIdentifier.min(1).max(200),
  ContextIdentifier: z.string().nullish().catch(null),
  PrimaryKey: rowId.nullish().catch(null),
  Timestamp: z.iso.datetime({ offset: true }).transform(Date.parse).nullish().catch(null),
  Changes: z.array(z.string()).nullish().catch(null),
});

/** Parses the body of a webhook call whose signature is verified; null if it is not an event. */
export function readWebhookEvent(body: Buffer): WebhookEvent | null {
  const event = eventSchema.safeParse(parseJson(body));
  if (!event.success) return null;
  const { EventId, Event, ContextIdentifier, PrimaryKey, Timestamp, Changes } = event.data;
  return {
    eventId: EventId ?? null,
    event: Event,
    tenantId: ContextIdentifier ?? null,
    primaryKey: PrimaryKey ?? null,
    occurredAt: Timestamp ?? null,
    isRelevant: Event !== 'associate.changed' || isRelevantChange(Changes ?? []),
  };
}

/** A change of bookkeeping columns alone may be a plan change, so it is relevant. */
function isRelevantChange(changes: readonly string[]): boolean {
  const columns = changes
    .map((column) => column.toLowerCase())
    .filter((column) => !bookkeepingColumns.includes(column));
  return columns.length === 0 || columns.some((column) => !irrelevantColumns.includes(column));
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
