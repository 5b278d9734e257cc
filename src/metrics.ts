import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { JobAttempt } from './coordination/jobs/job-queue.ts';
import type { QueueDepth } from './coordination/jobs/queue-depth.ts';
import type { CacheLookup } from './snapshots/license-snapshots.ts';
import type { HttpCall } from './superoffice/transport/http.ts';
import type { TenantStore } from './tenants/tenant-store.ts';
import type { ObservedRequest } from './web/middleware/request-metrics.ts';

/** Prometheus metrics of one app. No label identifies a tenant, a user or an address. */
export interface Metrics {
  readonly registry: Registry;
  onRequest(request: ObservedRequest): void;
  onCall(call: HttpCall): void;
  onLookup(lookup: CacheLookup): void;
  onJobAttempt(attempt: Pick<JobAttempt, 'queue' | 'outcome'>): void;
  /** Adds gauges that query the database at each scrape. */
  watch(sources: DatabaseSources): void;
}

/** The queries behind the database gauges. */
interface DatabaseSources {
  readonly measureJobs: () => Promise<QueueDepth[]>;
  readonly tenants: Pick<TenantStore, 'countByStatus'>;
}

/** Scrapes within this time share one query. */
const cacheTtlMs = 1_000;
const bucketsInSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Creates the metrics in a registry of their own, so that two apps in one process share none. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: bucketsInSeconds,
    registers,
  });
  const calls = new Histogram({
    name: 'planlens_superoffice_request_duration_seconds',
    help: 'Duration of requests to SuperOffice, by operation and outcome (HTTP status or error code).',
    labelNames: ['operation', 'outcome'],
    buckets: bucketsInSeconds,
    registers,
  });
  const lookups = new Counter({
    name: 'planlens_license_cache_requests_total',
    help: 'License cache requests, by scope and outcome.',
    labelNames: ['scope', 'outcome'],
    registers,
  });
  const attempts = new Counter({
    name: 'planlens_job_attempts_total',
    help: 'Attempts to process a job, by queue and outcome.',
    labelNames: ['queue', 'outcome'],
    registers,
  });

  return {
    registry,
    onRequest: ({ route, method, status, durationMs }) =>
      requests.observe({ route, method, status }, durationMs / 1000),
    onCall: ({ operation, outcome, durationMs }) => calls.observe({ operation, outcome }, durationMs / 1000),
    onLookup: ({ scope, outcome }) => lookups.inc({ scope, outcome }),
    onJobAttempt: ({ queue, outcome }) => attempts.inc({ queue, outcome }),
    watch: (sources) => watchDatabase(registry, sources),
  };
}

/** While the database is unavailable its gauges have no samples: outdated figures would look current. */
function watchDatabase(registry: Registry, { measureJobs, tenants }: DatabaseSources): void {
  const query = cached(cacheTtlMs, async () => {
    const [queues, statuses] = await Promise.all([measureJobs(), tenants.countByStatus()]);
    return { queues, statuses };
  });

  function gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    set: (gauge: Gauge<Label>, figures: Awaited<ReturnType<typeof query>>) => void,
  ): void {
    const self: Gauge<Label> = new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        self.reset();
        const figures = await query().catch(() => null);
        if (figures !== null) set(self, figures);
        // Without labels, `reset` leaves a sample of 0.
        else if (labelNames.length === 0) self.remove();
      },
    });
  }

  new Gauge({
    name: 'planlens_database_up',
    help: 'Whether the database responds: 1 or 0.',
    registers: [registry],
    async collect() {
      this.set(
        await query().then(
          () => 1,
          () => 0,
        ),
      );
    },
  });
  gauge(
    'planlens_jobs',
    'Unprocessed jobs, by queue and state (waiting or dead_lettered).',
    ['queue', 'state'],
    (self, { queues }) => {
      for (const { queue, waiting, deadLettered } of queues) {
        self.set({ queue, state: 'waiting' }, waiting);
        self.set({ queue, state: 'dead_lettered' }, deadLettered);
      }
    },
  );
  gauge(
    'planlens_job_oldest_age_seconds',
    'Age of the oldest waiting job, by queue; 0 when none waits.',
    ['queue'],
    (self, { queues }) => {
      for (const { queue, oldestAgeMs } of queues) self.set({ queue }, oldestAgeMs / 1000);
    },
  );
  gauge('planlens_tenants', 'Installed tenants, by status.', ['status'], (self, { statuses }) => {
    for (const [status, count] of Object.entries(statuses)) self.set({ status }, count);
  });
}

/** Shares the promise of one call, failures included, among all calls within `ttlMs`. */
function cached<T>(ttlMs: number, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly result: Promise<T> } | null = null;
  return () => {
    if (last === null || performance.now() - last.at > ttlMs)
      last = { at: performance.now(), result: read() };
    return last.result;
  };
}
