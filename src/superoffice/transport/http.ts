import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { SuperOfficeError, type SuperOfficeErrorCode } from './superoffice-error.ts';

/** One outbound request. `operation` names it in errors and metrics; at most one of `json` and `form` is given. */
export interface HttpRequest {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
}

/** Any answer, whatever its status. `body` is the JSON value, null when empty, the text when it is not JSON. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What an observer learns of a call: never its path, headers or body. */
export interface HttpCall {
  readonly operation: string;
  readonly host: string;
  readonly outcome: number | SuperOfficeErrorCode;
  readonly durationMs: number;
}

export interface Http {
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpDeps {
  /** Milliseconds for the whole exchange, body included. */
  readonly timeoutMs: number;
  readonly onCall?: (call: HttpCall) => void;
}

const MAX_ANSWER_BYTES = 5 * 1024 * 1024;
/** An unused connection is closed before the usual idle limit of a server, so it is not found dead. */
const IDLE_CONNECTION_MS = 60_000;

/**
 * The one way out to SuperOffice. Follows no redirect and uses no proxy from the environment, as either
 * could carry a credential elsewhere. A failed exchange is a SuperOfficeError with `timeout`, `unreachable`
 * or `unexpected-response` (too large); the library's own error, which holds the headers, never gets out.
 */
export function createHttp({ timeoutMs, onCall = () => {} }: HttpDeps): Http {
  const client = createClient();
  return {
    async request(request) {
      const startedAt = performance.now();
      const report = (outcome: HttpCall['outcome']): void =>
        onCall({
          operation: request.operation,
          host: new URL(request.url).host,
          outcome,
          durationMs: performance.now() - startedAt,
        });
      const answer = await exchange(client, request, timeoutMs);
      report(answer instanceof SuperOfficeError ? answer.code : answer.status);
      if (answer instanceof SuperOfficeError) throw answer;
      return answer;
    },
  };
}

function createClient(): AxiosInstance {
  return axios.create({
    httpAgent: new HttpAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
    httpsAgent: new HttpsAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
    maxRedirects: 0,
    maxContentLength: MAX_ANSWER_BYTES,
    proxy: false,
    responseType: 'text',
    transformResponse: [],
    validateStatus: () => true,
    headers: { Accept: 'application/json', 'User-Agent': 'planlens' },
  });
}

async function exchange(
  client: AxiosInstance,
  request: HttpRequest,
  timeoutMs: number,
): Promise<HttpResponse | SuperOfficeError> {
  try {
    const response = await client.request<string>({
      method: request.method,
      url: request.url,
      headers: { ...request.headers, ...contentType(request) },
      data: requestBody(request),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, headers: plainHeaders(response), body: parseBody(response.data) };
  } catch (error) {
    return safeError(request.operation, error);
  }
}

function contentType({ json, form }: HttpRequest): Record<string, string> {
  if (form !== undefined) return { 'Content-Type': 'application/x-www-form-urlencoded' };
  return json === undefined ? {} : { 'Content-Type': 'application/json' };
}

function requestBody({ json, form }: HttpRequest): string | undefined {
  if (form !== undefined) return new URLSearchParams(form).toString();
  return json === undefined ? undefined : JSON.stringify(json);
}

function plainHeaders(response: AxiosResponse): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function parseBody(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const SAFE_CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

function safeError(operation: string, error: unknown): SuperOfficeError {
  const code = error instanceof Error ? errorCode(error) : undefined;
  if (code === 'ERR_CANCELED' || code === 'ETIMEDOUT' || code === 'ECONNABORTED') {
    return new SuperOfficeError('timeout', operation);
  }
  // The library's code for an answer above the size limit.
  if (code === 'ERR_BAD_RESPONSE')
    return new SuperOfficeError('unexpected-response', operation, { detail: 'size' });
  return new SuperOfficeError('unreachable', operation, code === undefined ? {} : { detail: code });
}

function errorCode(error: Error & { code?: unknown }): string | undefined {
  return typeof error.code === 'string' && SAFE_CODE.test(error.code) ? error.code : undefined;
}
