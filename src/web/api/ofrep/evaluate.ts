import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { receiveBody } from '../../middleware/read-body.ts';
import {
  type ApiCaller,
  type AuthenticateApi,
  type AuthenticateServer,
  requireScope,
} from '../api-caller.ts';
import { isJson, maxBodyBytes, parseEvaluationRequest, readEvaluationBody } from './evaluation-request.ts';
import type { FlagSets } from './flag-sets.ts';
import type { LoadSubject, PeekSubject } from './load-subject.ts';
import { OfrepError } from './ofrep-error.ts';

/** Longer answers cost more to copy than to write after their head. */
const maxJoinedBytes = 4 * 1024;

/** A successful evaluation as it is sent. */
export interface Answer {
  readonly status: 200 | 304;
  /** A flat list of names and values, which costs less to send than an object. */
  readonly headers: readonly string[];
  /** Null for 304. */
  readonly bytes: Buffer | null;
}

/**
 * Evaluates all flags for a request, or the one of a key.
 * @throws OfrepError and AppError as `AuthenticateApi`, `readEvaluationBody`, `parseEvaluationRequest`, `LoadSubject` and `FlagSets`; OfrepError
 *   `FLAG_NOT_FOUND`
 */
export type Evaluate = (request: Request, key: string | null) => Promise<Answer>;

/** Evaluates flags for requests. */
export interface Evaluations {
  readonly evaluate: Evaluate;
  /**
   * Evaluates without waiting for anything but the body, if memory has all that the answer rests on. Otherwise calls `onOther`,
   * as well for a failure; `evaluate` must then answer, and counts the request no second time.
   * @returns false if the key is not in memory: nothing was called or counted
   */
  evaluateFromMemory(
    request: IncomingMessage,
    key: string | null,
    onAnswer: (answer: Answer) => void,
    onOther: () => void,
  ): boolean;
}

/** A request without an answer yet. */
interface Begun {
  readonly caller: ApiCaller;
  /** Null if it was not read. */
  readonly body: Buffer | null;
  /** Why it failed, if that is known. */
  readonly error?: unknown;
}

/** Creates the evaluation, which sends bytes that are kept. */
export function createEvaluations(deps: {
  authenticate: AuthenticateApi;
  authenticateServer: AuthenticateServer;
  loadSubject: LoadSubject;
  peekSubject: PeekSubject;
  flagSets: FlagSets;
}): Evaluations {
  const { authenticate, authenticateServer, loadSubject, peekSubject, flagSets } = deps;
  /** What is known of requests without an answer: they are evaluated once more, and count once. */
  const begun = new WeakMap<IncomingMessage, Begun>();

  async function answer(
    { headers }: Request,
    key: string | null,
    caller: ApiCaller,
    received: Buffer,
  ): Promise<Answer> {
    const asked = parseEvaluationRequest(received.toString());
    const subject = await loadSubject(caller, asked);
    const { etag, body, flags } = flagSets(caller, subject, asked);
    if (key !== null) return toAnswer(findFlag(flags, key));
    if (isCurrent(headers['if-none-match'], etag)) return toUnmodified(etag);
    const encoding = acceptedEncoding(headers);
    if (encoding === null) return toAnswer(body.plain, 'ETag', etag);
    return toAnswer(await body.encoded(encoding), 'ETag', etag, 'Content-Encoding', encoding);
  }

  /** As `answer`; null if something must be waited for. */
  function answerFromMemory(
    { headers }: IncomingMessage,
    key: string | null,
    caller: ApiCaller,
    received: Buffer,
  ): Answer | null {
    const asked = parseEvaluationRequest(received.toString());
    const isCompressed = key === null && acceptedEncoding(headers) !== null;
    // Before anything is looked up, which counts.
    if (isCompressed && headers['if-none-match'] === undefined) return null;
    const subject = peekSubject(caller, asked);
    if (subject === null) return null;
    const { etag, body, flags } = flagSets(caller, subject, asked);
    if (key !== null) return toAnswer(findFlag(flags, key));
    if (isCurrent(headers['if-none-match'], etag)) return toUnmodified(etag);
    return isCompressed ? null : toAnswer(body.plain, 'ETag', etag);
  }

  return {
    async evaluate(request, key) {
      const before = begun.get(request);
      const caller = before?.caller ?? (await authenticate(request));
      if (before !== undefined) request.log.setBindings({ tenantId: caller.tenantId, apiKey: caller.keyId });
      if (before?.error !== undefined) throw before.error;
      try {
        requireScope(caller, 'evaluate');
        return await answer(request, key, caller, before?.body ?? (await readEvaluationBody(request)));
      } catch (error) {
        begun.set(request, { caller, body: null, error });
        throw error;
      }
    },

    evaluateFromMemory(request, key, onAnswer, onOther) {
      const caller = isJson(request.headers['content-type']) ? authenticateServer(request) : null;
      if (caller === null) return false;
      const leave = (known: Omit<Begun, 'caller'>) => {
        begun.set(request, { caller, ...known });
        onOther();
      };
      const onReceived = (received: Buffer) => {
        const mayEvaluate = caller.scopes.has('evaluate');
        const found = mayEvaluate ? attempt(() => answerFromMemory(request, key, caller, received)) : null;
        if (found === null) leave({ body: received });
        else onAnswer(found);
      };
      receiveBody(request, maxBodyBytes, onReceived, (error) => leave({ body: null, error }));
      return true;
    },
  };
}

/** The result of `work`; null if it fails, which it then does once more for the error handler. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** Makes the handler of a route of the protocol; with `:key` in its path that of a single flag. */
export function createEvaluationHandler(evaluate: Evaluate): RequestHandler {
  return async function evaluateFlags(request, response) {
    // A server may ask thousands of times per second; its key counts them.
    request.log.isRoutine = true;
    const { key } = request.params;
    sendAnswer(response, await evaluate(request, typeof key === 'string' ? key : null));
  };
}

/**
 * Writes the head at once: Express would make an ETag of the bytes. Headers that were set before are kept.
 * @param more further headers, as a flat list of names and values
 */
export function sendAnswer(
  response: ServerResponse,
  { status, headers, bytes }: Answer,
  more: readonly string[] = [],
): void {
  response.writeHead(status, [...more, ...headers]);
  // Node.js joins the head with a text, which costs less than two writes. Latin-1 stands for bytes as they are.
  if (bytes !== null && bytes.length <= maxJoinedBytes) response.end(bytes.toString('latin1'), 'latin1');
  else response.end(bytes);
}

function toUnmodified(etag: string): Answer {
  return { status: 304, headers: ['ETag', etag, 'Cache-Control', 'no-store'], bytes: null };
}

function findFlag(flags: ReadonlyMap<string, Buffer>, key: string): Buffer {
  const bytes = flags.get(key);
  if (bytes === undefined)
    throw new OfrepError('FLAG_NOT_FOUND', 'No feature of the catalogue and no add-on has this key.');
  return bytes;
}

function toAnswer(bytes: Buffer, ...more: readonly string[]): Answer {
  const length = String(bytes.length);
  // What a shared cache answers to one key must not answer another.
  const own = ['Content-Type', 'application/json', 'Content-Length', length, 'Cache-Control', 'no-store'];
  return { status: 200, headers: [...own, ...more], bytes };
}

/** Whether a client has the current version. Express compares ETags for GET and HEAD only. */
export function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch === '*' || ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}

/** The smaller encoding that a client names and does not refuse. */
function acceptedEncoding({ 'accept-encoding': accepted }: IncomingHttpHeaders): 'br' | 'gzip' | null {
  if (typeof accepted !== 'string') return null;
  const refused = /;\s*q=0(\.0*)?\s*$/;
  const named = accepted.split(',').filter((each) => !refused.test(each));
  const names = new Set(named.map((each) => each.split(';', 1)[0]?.trim().toLowerCase()));
  return (['br', 'gzip'] as const).find((each) => names.has(each)) ?? null;
}
