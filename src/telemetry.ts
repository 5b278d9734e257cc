import type { Logger } from 'pino';
import type { JobAttempt } from './coordination/jobs/job-queue.ts';
import type { Metrics } from './metrics.ts';
import type { CacheLookup } from './snapshots/license-snapshots.ts';
import type { HttpCall } from './superoffice/transport/http.ts';

/** A refresh of license data that failed; `associateId` is absent for a tenant's licenses. */
interface LicenseRefreshFailure {
  /** Whether SuperOffice could not be read or the result could not be saved. */
  readonly what: 'read' | 'save';
  readonly tenantId: string;
  readonly associateId?: number;
  readonly error: unknown;
}

/** Turns the events of SuperOffice clients, caches and database connections into log lines and metrics. */
export interface Telemetry {
  onCall(call: HttpCall): void;
  onCircuitOpen(tenantId: string, cooldownMs: number): void;
  /** Other processes were not notified of an open circuit. */
  onNotifyFailed(tenantId: string, error: unknown): void;
  onPrefetchFailed(error: unknown): void;
  onLookup(lookup: CacheLookup): void;
  onRefreshFailed(failure: LicenseRefreshFailure): void;
  onListenerLost(error: unknown): void;
  /** The counted requests of API keys were not written, and will be written later. */
  onUsesNotWritten(error: unknown): void;
  onJobAttempt(attempt: JobAttempt): void;
  onJobQueueFailed(error: unknown): void;
}

export function createTelemetry({ log, metrics }: { log: Logger; metrics: Metrics }): Telemetry {
  return {
    onCall(call) {
      log.debug(call, 'SuperOffice called');
      metrics.onCall(call);
    },
    onCircuitOpen: (tenantId, cooldownMs) => log.warn({ tenantId, cooldownMs }, 'circuit opened'),
    onNotifyFailed: (tenantId, error) => log.warn({ tenantId, reason: getReason(error) }, 'notify failed'),
    onPrefetchFailed: (error) => log.warn({ reason: getReason(error) }, 'JWKS prefetch failed'),
    onLookup: metrics.onLookup,
    onRefreshFailed: ({ error, ...fields }) =>
      log.warn({ ...fields, reason: getReason(error) }, 'license refresh failed'),
    onJobAttempt({ queue, jobId, payload, attempts, outcome, reason }) {
      const fields = { queue, jobId, ...payload, attempts, ...(reason === null ? {} : { reason }) };
      if (outcome === 'processed') log.info(fields, 'job processed');
      else if (outcome === 'failed') log.warn(fields, 'job failed');
      else log.error(fields, 'job dead-lettered');
      metrics.onJobAttempt({ queue, outcome });
    },
    onJobQueueFailed: (error) => log.warn({ reason: getReason(error) }, 'job queue failed'),
    onUsesNotWritten: (error) => log.warn({ reason: getReason(error) }, 'counts of API keys not written'),
    onListenerLost: (error) => log.warn({ reason: getReason(error) }, 'LISTEN connection lost'),
  };
}

function getReason(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
