import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CacheLookup } from './snapshots/license-snapshots.ts';
import type { HttpCall } from './superoffice/transport/http.ts';
import type { CallbackQueue } from './tenants/callback-queue.ts';
import type { TenantStore } from './tenants/tenant-store.ts';
import type { ObservedRequest } from './web/middleware/request-metrics.ts';

/** What an operator watches, in the form of Prometheus. No label tells a tenant, a user or an address. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Two scrapes within it cost one question to the database, ms. */
const retryIntervalMs = 1_000;
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics of one app, apart from those of any other in the process. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Requests answered, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: seconds,
    registers,
  });
  const calls = new Histogram({
    name: 'planlens_superoffice_request_duration_seconds',
    help: 'Calls to SuperOffice, by operation and outcome: a status, or why there was none.',
    labelNames: ['operation', 'outcome'],
    buckets: seconds,
    registers,
  });
  const lookups = new Counter({
    name: 'planlens_license_cache_requests_total',
    help: 'License cache requests, by scope and outcome.',
    labelNames: ['scope', 'outcome'],
    registers,
  });
  const callbacks = new Counter({
    name: 'planlens_callbacks_total',
    help: 'Callbacks processed, by outcome.',
    labelNames: ['outcome'],
    registers,
  });

  return {
    registry,
    onRequest: ({ route, method, status, durationMs }: ObservedRequest) =>
      requests.observe({ route, method, status }, durationMs / 1000),
    onCall: ({ operation, outcome, durationMs }: HttpCall) =>
      calls.observe({ operation, outcome }, durationMs / 1000),
    onLookup: ({ scope, outcome }: CacheLookup) => lookups.inc({ scope, outcome }),
    onCallback: (outcome: 'processed' | 'failed' | 'dead_lettered') => callbacks.inc({ outcome }),
    /** From now on each scrape asks the database how things stand. */
    watch: (kept: Kept) => watch(registry, kept),
  };
}

interface Kept {
  readonly callbackQueue: Pick<CallbackQueue, 'depth'>;
  readonly tenants: Pick<TenantStore, 'countByStatus'>;
}

/** A database that does not answer leaves out what it would have told: old figures would look like good ones. */
function watch(registry: Registry, { callbackQueue, tenants }: Kept): void {
  const ask = once(retryIntervalMs, async () => {
    const [callbacks, statuses] = await Promise.all([callbackQueue.depth(), tenants.countByStatus()]);
    return { callbacks, statuses };
  });

  function gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    tell: (gauge: Gauge<Label>, told: Awaited<ReturnType<typeof ask>>) => void,
  ): void {
    const self: Gauge<Label> = new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        self.reset();
        const told = await ask().catch(() => null);
        if (told !== null) tell(self, told);
        // A reset one without labels is 0.
        else if (labelNames.length === 0) self.remove();
      },
    });
  }

  new Gauge({
    name: 'planlens_database_up',
    help: 'Whether the database answers: 1 or 0.',
    registers: [registry],
    async collect() {
      this.set(
        await ask().then(
          () => 1,
          () => 0,
        ),
      );
    },
  });
  gauge(
    'planlens_callback_queue_depth',
    'Callbacks stored and not processed, by state.',
    ['state'],
    (self, told) => {
      self.set({ state: 'waiting' }, told.callbacks.waiting);
      self.set({ state: 'dead_lettered' }, told.callbacks.deadLettered);
    },
  );
  gauge(
    'planlens_callback_queue_oldest_age_seconds',
    'Age of the oldest waiting callback, seconds.',
    [],
    (self, told) => self.set(told.callbacks.oldestAgeMs / 1000),
  );
  gauge('planlens_tenants', 'Tenants, by status.', ['status'], (self, { statuses }) => {
    for (const [status, count] of Object.entries(statuses)) self.set({ status }, count);
  });
}

/** Asks once within a while, however many want to know. */
function once<T>(withinMs: number, ask: () => Promise<T>): () => Promise<T> {
  let asked: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    if (asked === null || performance.now() - asked.at > withinMs) {
      asked = { at: performance.now(), answer: ask() };
    }
    return asked.answer;
  };
}
