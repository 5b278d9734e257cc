import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { type ApiCaller, type AuthenticateApi, requireScope } from '../api-caller.ts';
import { parseEvaluationRequest, readContext } from './evaluation-request.ts';
import type { FlagSets } from './flag-sets.ts';
import type { LoadSubject } from './load-subject.ts';
import { OfrepError } from './ofrep-error.ts';

/** A successful evaluation as it is sent. */
export interface Answer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Null for 304. */
  readonly bytes: Buffer | null;
}

/**
 * Evaluates all flags for a request, or the one of a key.
 * @throws OfrepError and AppError as `AuthenticateApi`, `readContext`, `parseEvaluationRequest`, `LoadSubject` and `FlagSets`; OfrepError
 *   `FLAG_NOT_FOUND`
 */
export type Evaluate = (request: Request, key: string | null) => Promise<Answer>;

/** Creates the evaluation, which sends bytes that are kept. */
export function createEvaluate(deps: {
  authenticate: AuthenticateApi;
  loadSubject: LoadSubject;
  flagSets: FlagSets;
}): Evaluate {
  const { authenticate, loadSubject, flagSets } = deps;
  /** What is known of requests that failed: one that fails before the app is evaluated again in it, and counts once. */
  const failed = new WeakMap<Request, { readonly caller: ApiCaller; readonly context: Buffer | null }>();

  async function answer(
    { headers }: Request,
    key: string | null,
    caller: ApiCaller,
    context: Buffer,
  ): Promise<Answer> {
    const asked = parseEvaluationRequest(context.toString());
    const subject = await loadSubject(caller, asked);
    const { etag, body, flags } = flagSets(caller, subject, asked);
    if (key !== null) return toAnswer(findFlag(flags, key), {});
    if (isCurrent(headers['if-none-match'], etag))
      return { status: 304, headers: { ETag: etag, 'Cache-Control': 'no-store' }, bytes: null };
    const encoding = acceptedEncoding(headers);
    if (encoding === null) return toAnswer(body.plain, { ETag: etag });
    return toAnswer(await body.encoded(encoding), { ETag: etag, 'Content-Encoding': encoding });
  }

  return async (request, key) => {
    const before = failed.get(request);
    const caller = before?.caller ?? (await authenticate(request));
    if (before !== undefined) request.log.setBindings({ tenantId: caller.tenantId, apiKey: caller.keyId });
    let context = before?.context ?? null;
    try {
      requireScope(caller, 'evaluate');
      context ??= await readContext(request);
      return await answer(request, key, caller, context);
    } catch (error) {
      failed.set(request, { caller, context });
      throw error;
    }
  };
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

/** Writes the head at once: Express would make an ETag of the bytes and look for other headers. */
export function sendAnswer(response: ServerResponse, { status, headers, bytes }: Answer): void {
  response.writeHead(status, headers).end(bytes);
}

function findFlag(flags: ReadonlyMap<string, Buffer>, key: string): Buffer {
  const bytes = flags.get(key);
  if (bytes === undefined)
    throw new OfrepError('FLAG_NOT_FOUND', 'No feature of the catalogue and no add-on has this key.');
  return bytes;
}

function toAnswer(bytes: Buffer, headers: Readonly<Record<string, string>>): Answer {
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': bytes.length,
      // What a shared cache answers to one key must not answer another.
      'Cache-Control': 'no-store',
      ...headers,
    },
    bytes,
  };
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
