import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, RequestHandler, Response } from 'express';
import { type MalformedResponse, malformedResponses } from './malformed-responses.ts';

/** An injectable failure: an HTTP status, no response, or a malformed one. */
type Failure =
  | 401
  | 403
  | 421
  | 429
  | 500
  | 503
  /** No response at all. */
  | 'timeout'
  /** 200 with a truncated body. */
  | 'malformed'
  /** 200 with `null`, as a failing agent sends it (docs/superoffice/web-api.md#3-errors). */
  | 'null'
  /** 200 with `Message` and `MessageDetail`, as a failing agent sends it (docs/superoffice/web-api.md#3-errors). */
  | 'message'
  | MalformedResponse;

/** Selects requests: an operation name or a prefix ending in `*`, of one tenant or of all. */
interface RequestMatcher {
  readonly operation: string;
  readonly tenant?: string | undefined;
}

/** One request the sandbox received. `status` is 0 until the response is sent. `at` is in epoch ms. */
export interface RecordedRequest {
  readonly operation: string;
  readonly tenantId: string;
  status: number;
  readonly at: number;
}

/** Returns the middleware of an operation: it records the request, then delays, holds or fails it. */
export type Intercept = (operation: string) => RequestHandler;

export interface FaultInjector {
  readonly intercept: Intercept;
  /** The latest requests, oldest first. */
  requests(): readonly RecordedRequest[];
  clearRequests(): void;
  delay(match: RequestMatcher, ms: number): void;
  /** Fails the next `times` matching requests, or all; `retryAfter` is sent in seconds. */
  fail(
    match: RequestMatcher,
    failure: Failure,
    options?: { times?: number | undefined; retryAfter?: number | undefined },
  ): void;
  /** Holds the nth (1 = next) matching request. Returns the id of the hold. */
  hold(match: RequestMatcher, nth: number): number;
  /** Resolves when the held request has arrived. */
  whenHeld(id: number): Promise<void>;
  /** Releases the held request, or cancels a hold that no request has reached. */
  release(id: number): void;
  /** Removes all rules and recorded requests, and releases held requests. */
  reset(): void;
}

interface Rule<T> extends RequestMatcher {
  readonly value: T;
  remaining: number;
}

interface InjectedFailure {
  readonly failure: Failure;
  readonly retryAfter: number | undefined;
}

interface Hold extends RequestMatcher {
  countdown: number;
  readonly arrived: Deferred;
  readonly released: Deferred;
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

/** Bounds memory when a benchmark sends millions of requests. */
const maxRecorded = 10_000;

const failureTexts: Partial<Record<Failure, string>> = { 421: 'Wrong subdomain used to access tenant' };

/** Creates the injector, whose middleware every route uses. */
export function createFaultInjector(deps: { now: () => number }): FaultInjector {
  let recorded: RecordedRequest[] = [];
  let delays: Rule<number>[] = [];
  let failures: Rule<InjectedFailure>[] = [];
  const holds = new Map<number, Hold>();
  let lastHold = 0;

  async function waitForHold(operation: string, tenantId: string): Promise<void> {
    for (const hold of holds.values()) {
      if (!matches(hold, operation, tenantId)) continue;
      hold.countdown -= 1;
      if (hold.countdown !== 0) continue;
      hold.arrived.resolve();
      await hold.released.promise;
    }
  }

  function takeFailure(operation: string, tenantId: string): InjectedFailure | undefined {
    const rule = failures.find((row) => row.remaining > 0 && matches(row, operation, tenantId));
    if (!rule) return undefined;
    rule.remaining -= 1;
    return rule.value;
  }

  const intercept: Intercept = (operation) => async (req, res, next) => {
    const tenantId = findTenantId(req);
    const entry: RecordedRequest = { operation, tenantId, status: 0, at: deps.now() };
    recorded.push(entry);
    if (recorded.length > maxRecorded) recorded.shift();
    res.once('finish', () => {
      entry.status = res.statusCode;
    });
    const ms = delays
      .filter((row) => matches(row, operation, tenantId))
      .reduce((sum, row) => sum + row.value, 0);
    if (ms > 0) await sleep(ms);
    await waitForHold(operation, tenantId);
    const injected = takeFailure(operation, tenantId);
    if (injected === undefined) return next();
    if (injected.retryAfter !== undefined) res.set('Retry-After', String(injected.retryAfter));
    sendFailure(injected.failure, res);
  };

  return {
    intercept,
    requests: () => recorded,
    clearRequests: () => {
      recorded = [];
    },
    delay: (match, ms) => {
      delays.push({ ...match, value: ms, remaining: Number.POSITIVE_INFINITY });
    },
    fail: (match, failure, { times, retryAfter } = {}) => {
      const value = { failure, retryAfter };
      failures.push({ ...match, value, remaining: times ?? Number.POSITIVE_INFINITY });
    },
    hold: (match, nth) => {
      lastHold += 1;
      holds.set(lastHold, {
        ...match,
        countdown: nth,
        arrived: createDeferred(),
        released: createDeferred(),
      });
      return lastHold;
    },
    whenHeld: (id) => holds.get(id)?.arrived.promise ?? Promise.reject(new Error(`No hold ${id}`)),
    release: (id) => {
      holds.get(id)?.released.resolve();
      holds.delete(id);
    },
    reset: () => {
      for (const hold of holds.values()) hold.released.resolve();
      holds.clear();
      recorded = [];
      delays = [];
      failures = [];
    },
  };
}

/** Sends the error body of a failed REST call (docs/superoffice/web-api.md#3-errors). */
export function sendError(res: Response, status: number, type: string, message: string): void {
  res.status(status).json({ Error: true, ErrorType: type, ErrorMessage: message, ErrorSource: 'Sandbox' });
}

function sendFailure(failure: Failure, res: Response): void {
  if (failure === 'timeout') return;
  if (failure === 'null') return void res.json(null);
  if (failure === 'message')
    return void res.json({ Message: 'The call failed', MessageDetail: 'Injected failure' });
  if (failure === 'malformed') return void res.type('json').send('{"Current": {"CompanyName": "Desi');
  if (typeof failure === 'string') return void malformedResponses[failure](res);
  sendError(res, failure, 'SandboxFailure', failureTexts[failure] ?? 'Injected failure');
}

function matches(match: RequestMatcher, operation: string, tenantId: string): boolean {
  if (match.tenant !== undefined && match.tenant !== tenantId) return false;
  return match.operation.endsWith('*')
    ? operation.startsWith(match.operation.slice(0, -1))
    : match.operation === operation;
}

/** The tenant id in the path or body of a request, else ''. */
function findTenantId(req: Request): string {
  const inBody: unknown = Object(req.body).ContextIdentifier;
  return String(req.params.tenantId ?? inBody ?? '');
}

function createDeferred(): Deferred {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
