import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDotNetTime } from './tenant-state.ts';
import { signWebhookBody } from './webhook-signature.ts';

const timeoutMs = 10_000;
/** Delays after the first, second and third failure of a cycle; after the third the event is queued again. */
const retryDelaysMs = [1000, 4000, 4000];
const failuresUntilDisabled = 9;

/**
 * The part of a webhook that delivery needs. The counters are those of `webhook_usage`
 * (docs/superoffice/web-api.md#69-counters).
 */
export interface DeliverableHook {
  readonly WebhookId: number;
  readonly Name: string;
  readonly TargetUrl: string;
  readonly Secret: string | null;
  readonly Headers: Record<string, string> | null;
  readonly Properties: Record<string, unknown> | null;
  State: 'Unknown' | 'Active' | 'Stopped' | 'TooManyErrors';
  TotalCalls: number;
  TotalErrors: number;
  ConsecutiveErrors: number;
  LastError: string;
}

/** An event, before it is formatted for a webhook. */
export interface WebhookEvent {
  readonly event: string;
  readonly entity: string;
  readonly primaryKey: number;
  readonly changes: readonly string[];
  readonly fieldValues: Readonly<Record<string, unknown>>;
  readonly changedBy: number;
  readonly contextIdentifier: string;
}

/** One attempt to deliver. `status` is 0 without a response; `retry` counts from 0. */
export interface Attempt {
  readonly webhookId: number;
  readonly event: string;
  readonly eventId: string;
  readonly retry: number;
  readonly status: number;
  readonly at: number;
}

export interface WebhookDelivery {
  /** Queues an event for a webhook; events of one webhook are sent one at a time. */
  enqueue(hook: DeliverableHook, event: WebhookEvent): void;
  /**
   * Sends an event of the delivery history again, as a person does, however old it is; does nothing for an unknown one.
   * Whether the repetition has the same id is unknown; it has here.
   */
  redeliver(eventId: string): void;
  /** Posts the test event once. Returns the status of the response (0: none) and its text. */
  sendTest(hook: DeliverableHook): Promise<{ status: number; text: string }>;
  attempts(): readonly Attempt[];
  /** Multiplies the delays between attempts; 0 retries at once. */
  scaleRetries(scale: number): void;
  /** Resolves when nothing is queued. */
  idle(): Promise<void>;
  /** Discards queued events and recorded attempts. */
  reset(): void;
}

interface Queued {
  readonly eventId: string;
  readonly event: WebhookEvent;
  readonly timestamp: number;
  retry: number;
}

/**
 * Creates the webhook delivery, which signs, retries and gives up as documented
 * (docs/superoffice/web-api.md#65-payload to #68-delivery).
 */
export function createWebhookDelivery(deps: { now: () => number }): WebhookDelivery {
  let attempts: Attempt[] = [];
  let retryScale = 1;
  let generation = 0;
  const history = new Map<string, { hook: DeliverableHook; event: Queued }>();
  const queues = new Map<DeliverableHook, { items: Queued[]; done: Promise<void> }>();

  async function post(hook: DeliverableHook, queued: Queued, isTest: boolean) {
    const result = await send(hook, queued, isTest);
    const { eventId, retry, event } = queued;
    attempts.push({
      webhookId: hook.WebhookId,
      event: event.event,
      eventId,
      retry,
      status: result.status,
      at: deps.now(),
    });
    return result;
  }

  async function processQueue(hook: DeliverableHook, items: Queued[]): Promise<void> {
    const startGeneration = generation;
    while (items.length > 0 && hook.State === 'Active') {
      const item = items.shift();
      if (!item) break;
      const delivered = await deliverOnce(hook, item, startGeneration);
      if (generation !== startGeneration) return;
      if (!delivered) items.push(item);
    }
    queues.delete(hook);
  }

  /** Makes up to three attempts. Returns false when the event must be queued again. */
  async function deliverOnce(hook: DeliverableHook, item: Queued, startGeneration: number): Promise<boolean> {
    for (const delay of retryDelaysMs) {
      const { status, text } = await post(hook, item, false);
      if (generation !== startGeneration) return true;
      recordAttempt(hook, status, text);
      if (status === 200 || hook.State !== 'Active') return true;
      item.retry += 1;
      await sleep(delay * retryScale);
    }
    return false;
  }

  function enqueue(hook: DeliverableHook, item: Queued): void {
    const queue = queues.get(hook);
    if (queue) return void queue.items.push(item);
    const items = [item];
    queues.set(hook, { items, done: Promise.resolve() });
    queues.set(hook, { items, done: processQueue(hook, items) });
  }

  return {
    enqueue: (hook, event) => {
      const item = { eventId: randomUUID(), event, timestamp: deps.now(), retry: 0 };
      history.set(item.eventId, { hook, event: { ...item } });
      enqueue(hook, item);
    },
    redeliver: (eventId) => {
      const sent = history.get(eventId);
      if (sent) enqueue(sent.hook, { ...sent.event });
    },
    sendTest: (hook) =>
      post(hook, { eventId: randomUUID(), event: testEvent, timestamp: deps.now(), retry: 0 }, true),
    attempts: () => attempts,
    scaleRetries: (scale) => {
      retryScale = scale;
    },
    idle: async () => {
      await Promise.all([...queues.values()].map(({ done }) => done));
    },
    reset: () => {
      generation += 1;
      queues.clear();
      history.clear();
      attempts = [];
      retryScale = 1;
    },
  };
}

const testEvent: WebhookEvent = {
  event: 'test',
  entity: 'test',
  primaryKey: 0,
  changes: [],
  fieldValues: {},
  changedBy: 0,
  contextIdentifier: 'Default',
};

/** Updates the counters of a webhook; nine consecutive failures or one 410 disable it. */
function recordAttempt(hook: DeliverableHook, status: number, text: string): void {
  hook.TotalCalls += 1;
  if (status === 200) {
    hook.ConsecutiveErrors = 0;
    return;
  }
  hook.TotalErrors += 1;
  hook.ConsecutiveErrors += 1;
  hook.LastError = `${status} ${text}`.slice(0, 4000);
  if (status === 410 || hook.ConsecutiveErrors >= failuresUntilDisabled) hook.State = 'TooManyErrors';
}

async function send(
  hook: DeliverableHook,
  queued: Queued,
  isTest: boolean,
): Promise<{ status: number; text: string }> {
  const body = JSON.stringify(payload(hook, queued));
  try {
    const response = await fetch(hook.TargetUrl, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: headers(hook, queued, body, isTest),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: error instanceof Error ? error.message : 'No response' };
  }
}

/**
 * The body of a call (docs/superoffice/web-api.md#65-payload); a webhook's own `Properties` are added to it.
 */
function payload(hook: DeliverableHook, { eventId, event, timestamp }: Queued): Record<string, unknown> {
  return {
    EventId: eventId,
    Timestamp: formatDotNetTime(timestamp),
    Changes: event.changes,
    Event: event.event,
    PrimaryKey: event.primaryKey,
    Entity: event.entity,
    ContextIdentifier: event.contextIdentifier,
    ChangedByAssociateId: event.changedBy,
    WebhookName: hook.Name,
    FieldValues: event.fieldValues,
    ...hook.Properties,
  };
}

/**
 * The headers of a call (docs/superoffice/web-api.md#66-request-headers); only the body is signed, and only
 * with a secret (docs/superoffice/web-api.md#67-signature).
 */
function headers(
  hook: DeliverableHook,
  queued: Queued,
  body: string,
  isTest: boolean,
): Record<string, string> {
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'User-Agent': 'NetServer-Webhook/12.1',
    'X-SuperOffice-Event': queued.event.event,
    'X-SuperOffice-EventId': queued.eventId,
    'X-SuperOffice-Retry': String(queued.retry),
    ...(hook.Secret ? { 'X-SuperOffice-Signature': signWebhookBody(body, hook.Secret) } : {}),
    ...(isTest ? { 'X-Hook-Test': 'true' } : {}),
    ...hook.Headers,
  };
}
