import type { Request, RequestHandler, Response, Router } from 'express';
import type { z } from 'zod';
import type { AppRegistration } from './app-registration.ts';
import type { Credentials, ApiCaller } from './credentials.ts';
import { type Intercept, sendError } from './fault-injection.ts';
import { apiUrl, isRunning } from './tenant-state.ts';
import type { Tenant, Tenants } from './tenants.ts';

/** One authenticated call of the web API. */
export interface ApiCall {
  readonly tenant: Tenant;
  readonly caller: ApiCaller;
  /** The call carried the app's secret in `SO-AppToken`. */
  readonly hasAppToken: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `{Api}/v1` of the tenant. */
  readonly baseUrl: string;
}

/** One operation. What `answer` gives is sent as JSON; undefined is 204 without a body. */
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

/** Serves the web API of every tenant: at `/{ctx}/api`, and where a tenant moved at `/{endpoint}/{ctx}/api`. */
export function serveWebApi(router: Router, routes: readonly ApiRoute[], deps: WebApiDeps): void {
  for (const { method, path, operation, handle: answer } of routes) {
    router[method](
      [`/:tenantId/api/v1${path}`, `/:endpoint/:tenantId/api/v1${path}`],
      deps.intercept(operation),
      createHandler(deps, answer),
    );
  }
}

function createHandler(deps: WebApiDeps, answer: ApiRoute['handle']): RequestHandler {
  return async (req, res) => {
    try {
      const result = await answer(authenticate(deps, req));
      if (result === undefined) return void res.status(204).end();
      res.json(result);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      sendError(res, error.status, error.type, error.message);
    }
  };
}

/** Who calls which tenant; throws the error of the first thing that is wrong. */
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
  const apiClient = credentials.findCaller(secret);
  const fits =
    scheme.toLowerCase() === 'bearer' ? apiClient?.kind === 'user' : apiClient?.kind === 'system-user';
  // A ticket is worth nothing without the app's secret
  // (docs/superoffice/auth.md#56-api-call-with-the-ticket).
  const allowed = apiClient?.kind === 'user' || hasAppToken;
  if (
    !apiClient ||
    !fits ||
    !allowed ||
    apiClient.tenantId !== tenant.contextIdentifier ||
    !tenant.approved
  ) {
    throw new ApiError(401, 'SoUnauthorizedException', 'No valid credential');
  }
  return {
    tenant,
    caller: apiClient,
    hasAppToken,
    params: pickStrings(req.params),
    query: pickStrings(req.query),
    body: req.body,
    baseUrl,
  };
}

/**
 * Reads a request body. Property names count in any case, as SuperOffice's own client sends camelCase
 * although the documentation is PascalCase. A malformed body is a 400.
 */
export function readBody<T extends z.ZodType>(call: ApiCall, schema: T): z.infer<T> {
  const parsed = schema.safeParse(pascalCase(call.body ?? {}));
  if (!parsed.success) throw new ApiError(400, 'SoArgumentException', 'Malformed request body');
  return parsed.data;
}

/** The values of a dictionary property are the caller's own words and keep their spelling. */
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

/** Answers what no route took with the API's own error shape instead of a web page. */
export function serveUnknownApiPaths(router: Router): void {
  const notFound = (_req: Request, res: Response) =>
    sendError(res, 404, 'SoNotFoundException', 'No such operation in the sandbox');
  router.all(['/:tenantId/api/*rest', '/:endpoint/:tenantId/api/*rest'], notFound);
}
