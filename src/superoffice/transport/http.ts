import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { SuperOfficeError, type SuperOfficeErrorCode } from './superoffice-error.ts';

/**
 * One outbound request. `operation` names it in errors and metrics; at most one of `json` and `form` is
 * given.
 */
export interface HttpRequest {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
}

/** A response of any status. `body` is the parsed JSON, null if empty, or the text if it is not JSON. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A finished call as reported to `onCall`. It contains neither path, headers nor body. */
export interface HttpCall {
  readonly operation: string;
  readonly host: string;
  /** The status of the response, or the error code if there was none. */
  readonly outcome: number | SuperOfficeErrorCode;
  readonly durationMs: number;
}

/** The HTTP client for SuperOffice. */
export interface HttpClient {
  /** @throws SuperOfficeError `timeout`, `unreachable`, or `unexpected-response` if the body is too large */
  request(request: HttpRequest): Promise<HttpResponse>;
}

const maxResponseBytes = 5 * 1024 * 1024;
/**
 * Shorter than the usual idle limit of servers, so that no request uses a connection the server has closed.
 */
const idleConnectionMs = 60_000;

/**
 * The HTTP client for all calls to SuperOffice. It follows no redirect and ignores proxy settings of the
 * environment, because either could send a credential elsewhere. An error of the HTTP library is never
 * rethrown: it contains the request headers.
 */
export function createHttp(deps: {
  /** For the whole exchange, body included. */
  readonly timeoutMs: number;
  readonly onCall?: (call: HttpCall) => void;
}): HttpClient {
  const { timeoutMs, onCall = () => {} } = deps;
  // The largest package of the app is not loaded to start, but by the first call.
  let creating: Promise<AxiosInstance> | undefined;
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
      creating ??= createClient();
      const result = await exchange(await creating, request, timeoutMs);
      report(result instanceof SuperOfficeError ? result.code : result.status);
      if (result instanceof SuperOfficeError) throw result;
      return result;
    },
  };
}

async function createClient(): Promise<AxiosInstance> {
  const { default: axios } = await import('axios');
  return axios.create({
    httpAgent: new HttpAgent({ keepAlive: true, timeout: idleConnectionMs }),
    httpsAgent: new HttpsAgent({ keepAlive: true, timeout: idleConnectionMs }),
    maxRedirects: 0,
    maxContentLength: maxResponseBytes,
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

const safeCodePattern = /^[A-Z][A-Z0-9_]{1,60}$/;

function safeError(operation: string, error: unknown): SuperOfficeError {
  const code = error instanceof Error ? errorCode(error) : undefined;
  if (code === 'ERR_CANCELED' || code === 'ETIMEDOUT' || code === 'ECONNABORTED') {
    return new SuperOfficeError('timeout', operation);
  }
  // The library's code for a response above the size limit.
  if (code === 'ERR_BAD_RESPONSE') {
    return new SuperOfficeError('unexpected-response', operation, { detail: 'size' });
  }
  return new SuperOfficeError('unreachable', operation, code === undefined ? {} : { detail: code });
}

function errorCode(error: Error & { code?: unknown }): string | undefined {
  return typeof error.code === 'string' && safeCodePattern.test(error.code) ? error.code : undefined;
}
