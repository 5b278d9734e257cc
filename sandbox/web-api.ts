import type { Request, RequestHandler, Response, Router } from 'express';
import type { z } from 'zod';
import type { AppRegistration } from './app-registration.ts';
import type { ApiCaller, Credentials } from './credentials.ts';
import { type Intercept, sendError } from './fault-injection.ts';
import { apiUrl, isRunning } from './tenant-state.ts';
import type { Tenant, Tenants } from './tenants.ts';

/** One authenticated call of the web API. */
export interface ApiCall {
  readonly tenant: Tenant;
  readonly caller: ApiCaller;
  /** The call has the client secret in `SO-AppToken`. */
  readonly hasAppToken: boolean;
  /** The language of multi-language texts; null if they are returned unchanged. */
  readonly language: string | null;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `{Api}/v1` of the tenant. */
  readonly baseUrl: string;
}

/** One operation. The result of `handle` is sent as JSON; undefined sends 204 without a body. */
export interface ApiRoute {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below `/v1`. */
  readonly path: string;
  readonly operation: string;
  readonly handle: (call: ApiCall) => unknown;
}

/** A failed REST call: its status and the fields of the error body (docs/superoffice/web-api.md#3-errors). */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export interface WebApiDeps {
  readonly origin: string;
  readonly app: AppRegistration;
  readonly tenants: Tenants;
  readonly credentials: Credentials;
  readonly intercept: Intercept;
}

/** Serves the web API of every tenant at `/{tenantId}/api`, and after a move at `/{endpoint}/{tenantId}/api`. */
export function serveWebApi(router: Router, routes: readonly ApiRoute[], deps: WebApiDeps): void {
  for (const { method, path, operation, handle } of routes) {
    router[method](
      [`/:tenantId/api/v1${path}`, `/:endpoint/:tenantId/api/v1${path}`],
      deps.intercept(operation),
      createHandler(deps, handle),
    );
  }
}

function createHandler(deps: WebApiDeps, handle: ApiRoute['handle']): RequestHandler {
  return async (req, res) => {
    try {
      const result = await handle(authenticate(deps, req));
      if (result === undefined) return void res.status(204).end();
      res.json(result);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      sendError(res, error.status, error.type, error.message);
    }
  };
}

/**
 * Authenticates a request: tenant, endpoint, tenant state and credential, in this order.
 *
 * @throws {ApiError} for the first check that fails
 */
function authenticate({ origin, app, tenants, credentials }: WebApiDeps, req: Request): ApiCall {
  const tenant = tenants.find(String(req.params.tenantId));
  if (!tenant) throw new ApiError(404, 'SoNotFoundException', 'Unknown customer');
  const baseUrl = `${apiUrl(origin, tenant)}/v1`;
  if (!`${origin}${req.originalUrl}`.startsWith(baseUrl)) {
    throw new ApiError(421, 'SoWrongSubdomainException', 'Wrong subdomain used to access tenant');
  }
  if (!isRunning(tenant)) throw new ApiError(503, 'SoTenantException', `Tenant is ${tenant.state}`);

  const hasAppToken = req.get('SO-AppToken') === app.clientSecret;
  const [, scheme = '', secret = ''] = /^(SOTicket|Bearer) (.+)$/i.exec(req.get('Authorization') ?? '') ?? [];
  const caller = credentials.findCaller(secret);
  const schemeMatches =
    scheme.toLowerCase() === 'bearer' ? caller?.kind === 'user' : caller?.kind === 'system-user';
  // A ticket is valid only together with the client secret
  // (docs/superoffice/auth.md#56-api-call-with-the-ticket).
  const allowed = caller?.kind === 'user' || hasAppToken;
  if (
    !caller ||
    !schemeMatches ||
    !allowed ||
    caller.tenantId !== tenant.contextIdentifier ||
    !tenant.approved
  ) {
    throw new ApiError(401, 'SoUnauthorizedException', 'No valid credential');
  }
  return {
    tenant,
    caller,
    hasAppToken,
    language: readLanguage(req),
    params: pickStrings(req.params),
    query: pickStrings(req.query),
    body: req.body,
    baseUrl,
  };
}

/** `SO-Language` takes precedence; `*` and `x` mean no translation (docs/superoffice/web-api.md#2-headers-and-credentials). */
function readLanguage(req: Request): string | null {
  const language = req.get('SO-Language') ?? req.get('Accept-Language') ?? '*';
  return /^[*x]/.test(language) ? null : language.slice(0, 2);
}

/**
 * Reads a request body. Property names are case-insensitive in the first letter: SuperOffice's own client sends camelCase
 * although the documentation uses PascalCase.
 *
 * @throws {ApiError} 400 when the body does not match the schema
 */
export function readBody<T extends z.ZodType>(call: ApiCall, schema: T): z.infer<T> {
  const parsed = schema.safeParse(pascalCase(call.body ?? {}));
  if (!parsed.success) throw new ApiError(400, 'SoArgumentException', 'Malformed request body');
  return parsed.data;
}

/** The keys of a dictionary property are chosen by the caller and are not changed. */
const dictionaries = new Set(['Headers', 'Properties', 'FieldProperties']);

function pascalCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascalCase);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = key.charAt(0).toUpperCase() + key.slice(1);
    return [name, dictionaries.has(name) ? inner : pascalCase(inner)];
  });
  return Object.fromEntries(entries);
}

function pickStrings(source: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(source).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

/** Sends an API error instead of a web page for unknown API paths. */
export function serveUnknownApiPaths(router: Router): void {
  const notFound = (_req: Request, res: Response) =>
    sendError(res, 404, 'SoNotFoundException', 'No such operation in the sandbox');
  router.all(['/:tenantId/api/*rest', '/:endpoint/:tenantId/api/*rest'], notFound);
}
