import type { QueueOptions } from 'pg-boss';
import { z } from 'zod';

const tenantId = z.string().min(1);

/** The payload of the jobs of each queue. A job that does not match is retried, in case a later version wrote it. */
export const payloadSchemas = {
  /** SuperOffice announced a change of the tenant's state. */
  'state-changes': z.object({ tenantId, change: z.string() }),
  /** A user changed or was deleted; `associateId` is null if SuperOffice did not say which. Or several users changed at once. */
  'user-changes': z.union([
    z.object({ tenantId, associateId: z.int32().nullable(), deleted: z.boolean() }),
    z.object({ tenantId, associateIds: z.array(z.int32()) }),
  ]),
  /** A tenant is compared with SuperOffice. */
  reconciliations: z.object({ tenantId }),
  /** The tenants that are due get a job in `reconciliations`. */
  'due-reconciliations': z.object({}),
  /** Secrets that are encrypted with a former key are encrypted with the current one. */
  reencryptions: z.object({}),
  /** Expired rows are deleted. */
  purges: z.object({}),
};

export type QueueName = keyof typeof payloadSchemas;
export type Payload<Q extends QueueName> = Readonly<z.infer<(typeof payloadSchemas)[Q]>>;

/** Jobs that failed `maxAttempts` times; only an operator retries them. */
export const deadLetterQueue = 'dead-letters';

/** A job becomes a dead letter after this many failed attempts, the loss of its process included. */
export const maxAttempts = 10;

const day = 24 * 60 * 60;

/** Options of every queue. Retries wait 1 s, 2 s, 4 s … up to 15 minutes, with jitter. */
export const queueOptions = {
  retryLimit: maxAttempts - 1,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 15 * 60,
  // A job whose process was killed is retried after this.
  heartbeatSeconds: 20,
  expireInSeconds: 15 * 60,
  // Jobs that wait are kept for a year, dead letters included.
  retentionSeconds: 365 * day,
  deleteAfterSeconds: 60 * 60,
} satisfies QueueOptions;

/** How a process works on a queue. */
interface QueueWork {
  /** Jobs that a process works on at once. */
  readonly workers: number;
  /** Whether NOTIFY wakes every idle worker of all processes for a new job. */
  readonly notify: boolean;
}

/**
 * Separate queues keep a flood of one kind from delaying another. In each process and queue, one job of a tenant
 * is active at a time, so that a slow tenant occupies one worker.
 */
export const queueWork: Readonly<Record<QueueName, QueueWork>> = {
  'state-changes': { workers: 4, notify: true },
  // Without NOTIFY: at a thousand events a second it would wake workers more often than there are jobs.
  'user-changes': { workers: 8, notify: false },
  reconciliations: { workers: 4, notify: true },
  'due-reconciliations': { workers: 1, notify: true },
  reencryptions: { workers: 1, notify: false },
  purges: { workers: 1, notify: false },
};
