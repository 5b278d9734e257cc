import type { Request } from 'express';
import { AppError, type ErrorCode } from '../../errors.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import { clientOf } from './client-address.ts';
import { createFailureGate } from './failure-gate.ts';
import { type BucketSize, createTokenBuckets, type TokenBuckets } from './token-bucket.ts';

/** A signed-in user. */
interface User {
  readonly tenantId: string;
  readonly associateId: number;
}

/**
 * Limits of one process, in its memory. Requests for pages of signed-in users are not limited here: they are answered
 * from memory, and their users are known.
 */
export interface RequestLimits {
  /** Counts a request without a session. @throws AppError `too-many-requests` */
  countAnonymous(request: Request): void;
  /** Takes back the last count of this client. */
  uncountAnonymous(request: Request): void;
  /** Counts a query for a webhook that the cache does not have. @throws AppError `too-many-requests` */
  countHookLookup(request: Request): void;
  /** Takes back the last count of this client, because the webhook exists. */
  uncountHookLookup(request: Request): void;
  /**
   * Completes a sign-in, which exchanges a code, as soon as so many exchanges may fail as are in flight. Takes back the
   * counts of the requests that led to a completed one.
   * @throws AppError `too-many-requests` if too many exchanges of this client, or of all, failed; the error of `complete`
   */
  completeSignIn(request: Request, complete: () => Promise<void>): Promise<void>;
  /** Counts a completed sign-in. @throws AppError `too-many-requests` */
  countSignIn(user: User): void;
  /** Counts a form of a signed-in user. @throws AppError `too-many-requests` */
  countForm(user: User): void;
  /** Counts a submitted or withdrawn access request. @throws AppError `access-request-limit` */
  countAccessRequest(user: User): void;
  /** Counts an export. @throws AppError `export-limit` */
  countExport(tenantId: string): void;
  /** Counts a file of an administrators' page. @throws AppError `too-many-requests` */
  countDownload(tenantId: string): void;
  /** Whether a refusal may still be audited in this tenant. */
  countAuditedRefusal(tenantId: string): boolean;
}

const perHour = (count: number) => count / 3_600;

/** Requests without a session that lead to a sign-in. */
const requestsPerSignIn = 4;
/** An office of 300 users behind one address may open its panels at once. A completed sign-in takes back its requests. */
const anonymousSize: BucketSize = { burst: 300 * requestsPerSignIn, perSecond: 20 };
/** Queries for unknown webhooks, of all clients: they must not occupy the connections to the database. */
const hookLookupSize: BucketSize = { burst: 100, perSecond: 50 };
/** Codes that SuperOffice refused. Honest browsers send none, apart from a page that is loaded again. */
const refusedCodesSize: BucketSize = { burst: 20, perSecond: 0.1 };
/** Failed exchanges of all clients: SuperOffice may block a client ID that sends many. */
const failedExchangesSize: BucketSize = { burst: 60, perSecond: 20 };
/** Browsers that keep no cookies sign in for every panel they open. */
const signInSize: BucketSize = { burst: 60, perSecond: perHour(120) };
const formSize: BucketSize = { burst: 200, perSecond: perHour(600) };
const accessRequestSize: BucketSize = { burst: 20, perSecond: perHour(20) };
const exportSize: BucketSize = { burst: 1, perSecond: 1 / 60 };
/**
 * A long list as XLSX takes a processor core for up to a second. An administrator who takes everything along downloads seven
 * lists in two formats.
 */
const downloadSize: BucketSize = { burst: 20, perSecond: perHour(120) };
/** Refusals beyond this are in the log of the process only, so that nobody fills the audit log. */
const auditedRefusalSize: BucketSize = { burst: 60, perSecond: perHour(60) };
const everybody = 'all';

/** @param now the current time, ms since 1970 */
export function createRequestLimits(now: () => number): RequestLimits {
  const anonymous = createTokenBuckets(anonymousSize, now);
  const hookLookups = createTokenBuckets(hookLookupSize, now);
  const refusedCodes = createFailureGate(createTokenBuckets(refusedCodesSize, now));
  const failedExchanges = createFailureGate(createTokenBuckets(failedExchangesSize, now));
  const signIns = createTokenBuckets(signInSize, now);
  const forms = createTokenBuckets(formSize, now);
  const accessRequests = createTokenBuckets(accessRequestSize, now);
  const exports = createTokenBuckets(exportSize, now);
  const downloads = createTokenBuckets(downloadSize, now);
  const auditedRefusals = createTokenBuckets(auditedRefusalSize, now);

  return {
    countAnonymous: (request) => takeOrRefuse(anonymous, clientOf(request)),
    uncountAnonymous: (request) => anonymous.giveBack(clientOf(request)),
    countHookLookup(request) {
      refuseFor(hookLookups.waitSeconds(everybody));
      takeOrRefuse(anonymous, clientOf(request));
      hookLookups.take(everybody);
    },
    uncountHookLookup(request) {
      anonymous.giveBack(clientOf(request));
      hookLookups.giveBack(everybody);
    },

    async completeSignIn(request, complete) {
      const client = clientOf(request);
      await refusedCodes.pass(
        client,
        () => failedExchanges.pass(everybody, complete, (error) => error instanceof SuperOfficeError),
        isRefusedCode,
      );
      for (let each = 0; each < requestsPerSignIn; each += 1) anonymous.giveBack(client);
    },

    countSignIn: (user) => takeOrRefuse(signIns, toKey(user)),
    countForm: (user) => takeOrRefuse(forms, toKey(user)),
    countAccessRequest: (user) => takeOrRefuse(accessRequests, toKey(user), 'access-request-limit'),
    countExport: (tenantId) => takeOrRefuse(exports, tenantId, 'export-limit'),
    countDownload: (tenantId) => takeOrRefuse(downloads, tenantId),
    countAuditedRefusal: (tenantId) => auditedRefusals.take(tenantId) === 0,
  };
}

function isRefusedCode(error: unknown): boolean {
  return error instanceof SuperOfficeError && ['code-refused', 'sign-in-refused'].includes(error.code);
}

function toKey({ tenantId, associateId }: User): string {
  return `${tenantId}/${associateId}`;
}

function takeOrRefuse(buckets: TokenBuckets, key: string, code?: ErrorCode): void {
  refuseFor(buckets.take(key), code);
}

function refuseFor(seconds: number, code: ErrorCode = 'too-many-requests'): void {
  if (seconds > 0) throw new AppError(code, { retryAfterSeconds: seconds });
}
