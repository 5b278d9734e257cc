import type { Request } from 'express';
import { AppError } from '../../errors.ts';
import { clientOf } from '../middleware/client-address.ts';
import { type BucketSize, createTokenBuckets } from '../middleware/token-bucket.ts';

/** Limits of the license API in one process, in its memory. */
export interface ApiLimits {
  /**
   * Counts a request of a key, and of the user of a browser.
   * @throws AppError `api-limit` if the key, its tenant or the user sends too many
   */
  countRequest(caller: {
    readonly tenantId: string;
    readonly keyId: string;
    readonly associateId: number | null;
  }): void;
  /**
   * Counts a request for an answer that is not cached, beside `countRequest`.
   * @throws AppError `api-limit` if the keys of the tenant ask for too many
   */
  countExplanation(caller: { readonly tenantId: string }): void;
  /** Counts a request without a valid key. @throws AppError `api-limit` if its client sends too many */
  countFailure(request: Request): void;
  /**
   * Counts a query for a key or an origin that the cache does not have.
   * @throws AppError `api-limit` if the client, or all clients together, ask for too many
   */
  countLookup(request: Request): void;
  /** Takes back the last count, because the key or the origin exists. */
  uncountLookup(request: Request): void;
}

/** A browser asks for all flags at once, and again after a change. */
const userSize: BucketSize = { burst: 300, perSecond: 10 };
/** Explanations and lists take milliseconds each, flags a tenth of one. */
const explanationSize: BucketSize = { burst: 300, perSecond: 30 };
/** The tokens of a thousand users behind one address expire every 15 minutes; guesses of 256 bits are hopeless anyway. */
const failureSize: BucketSize = { burst: 300, perSecond: 5 };
/** Queries for unknown keys, of one client and of all: they must not occupy the connections to the database. */
const clientLookupSize: BucketSize = { burst: 100, perSecond: 10 };
const lookupSize: BucketSize = { burst: 500, perSecond: 200 };
const everybody = 'all';
/** All keys of a tenant together may send twice as much as one. */
const keysPerTenant = 2;

/** @param requestsPerSecond of one key in this process @param now the current time, ms since 1970 */
export function createApiLimits(requestsPerSecond: number, now: () => number): ApiLimits {
  const sizeOf = (perSecond: number): BucketSize => ({ burst: 2 * perSecond, perSecond });
  const keys = createTokenBuckets(sizeOf(requestsPerSecond), now);
  const tenants = createTokenBuckets(sizeOf(keysPerTenant * requestsPerSecond), now);
  const users = createTokenBuckets(userSize, now);
  const explanations = createTokenBuckets(explanationSize, now);
  const failures = createTokenBuckets(failureSize, now);
  const clientLookups = createTokenBuckets(clientLookupSize, now);
  const lookups = createTokenBuckets(lookupSize, now);

  return {
    countRequest({ tenantId, keyId, associateId }) {
      // First the narrower limit, so that one user does not use up that of all.
      if (associateId !== null) refuseFor(users.take(`${tenantId}/${associateId}`));
      refuseFor(keys.take(keyId));
      refuseFor(tenants.take(tenantId));
    },
    countExplanation: ({ tenantId }) => refuseFor(explanations.take(tenantId)),
    countFailure: (request) => refuseFor(failures.take(clientOf(request))),
    countLookup(request) {
      refuseFor(clientLookups.take(clientOf(request)));
      refuseFor(lookups.take(everybody));
    },
    uncountLookup(request) {
      clientLookups.giveBack(clientOf(request));
      lookups.giveBack(everybody);
    },
  };
}

function refuseFor(seconds: number): void {
  if (seconds > 0) throw new AppError('api-limit', { retryAfterSeconds: seconds });
}
