import type { Request, RequestHandler, Response } from 'express';
import { type ApiCaller, type AuthenticateApi, requireScope } from '../api-caller.ts';
import { readEvaluationRequest } from './evaluation-request.ts';
import type { FlagSets, SentFlagSet } from './flag-sets.ts';
import type { LoadSubject } from './load-subject.ts';
import { OfrepError } from './ofrep-error.ts';

interface EvaluateDeps {
  readonly authenticate: AuthenticateApi;
  readonly loadSubject: LoadSubject;
  readonly flagSets: FlagSets;
}

/** Answers the two evaluation routes of the protocol. */
export function createEvaluate({ authenticate, loadSubject, flagSets }: EvaluateDeps): {
  /** `POST /ofrep/v1/evaluate/flags` */
  readonly evaluateAll: RequestHandler;
  /** `POST /ofrep/v1/evaluate/flags/{key}` */
  readonly evaluateOne: RequestHandler;
} {
  async function load(request: Request): Promise<SentFlagSet> {
    // A server may ask thousands of times per second; its key counts them.
    request.log.isRoutine = true;
    const caller: ApiCaller = await authenticate(request);
    requireScope(caller, 'evaluate');
    const asked = await readEvaluationRequest(request);
    const subject = await loadSubject(caller, asked);
    return flagSets(caller, subject, asked);
  }

  return {
    async evaluateAll(request, response) {
      const { etag, body } = await load(request);
      if (isCurrent(request.headers['if-none-match'], etag)) {
        response.writeHead(304, { ETag: etag, 'Cache-Control': 'no-store' }).end();
        return;
      }
      const encoding = acceptedEncoding(request);
      const bytes = encoding === null ? body.plain : await body.encoded(encoding);
      send(response, bytes, { ETag: etag, ...(encoding !== null && { 'Content-Encoding': encoding }) });
    },

    async evaluateOne(request, response) {
      const { flags } = await load(request);
      const { key = '' } = request.params;
      const bytes = typeof key === 'string' ? flags.get(key) : undefined;
      if (bytes === undefined)
        throw new OfrepError('FLAG_NOT_FOUND', 'No feature of the catalogue and no add-on has this key.');
      send(response, bytes, {});
    },
  };
}

/** Writes the head at once: Express would make an ETag of the bytes and look for other headers. */
function send(response: Response, bytes: Buffer, headers: Readonly<Record<string, string>>): void {
  response
    .writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': bytes.length,
      // What a shared cache answers to one key must not answer another.
      'Cache-Control': 'no-store',
      ...headers,
    })
    .end(bytes);
}

/** Whether a client has the current version. Express compares ETags for GET and HEAD only. */
export function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch === '*' || ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}

function acceptedEncoding(request: Request): 'br' | 'gzip' | null {
  const accepted = request.headers['accept-encoding'];
  if (accepted === undefined) return null;
  return (['br', 'gzip'] as const).find((each) => request.acceptsEncodings(each)) ?? null;
}
