import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import express, { type ErrorRequestHandler, type Express } from 'express';
import {
  type AppCredentials,
  generateAppCredentials,
  registerApp,
  systemUserToken,
} from './app-registration.ts';
import { archiveRoutes } from './archive.ts';
import { createAuthorizationCodes } from './authorization-codes.ts';
import { serveAuthorize } from './authorize.ts';
import { configurationRoutes } from './configuration-agent.ts';
import { type Control, createControl } from './control.ts';
import { serveControl } from './control-endpoint.ts';
import { type Credentials, createCredentials } from './credentials.ts';
import { serveCrm } from './crm-page.ts';
import { serveDiscovery } from './discovery.ts';
import { createFaultInjector, sendError } from './fault-injection.ts';
import { createIssuedSecrets, type IssuedSecrets } from './issued-secrets.ts';
import { createSigningKeys, generateSigningKey, type SigningKey } from './keys.ts';
import { largeTenant } from './large-tenant.ts';
import { licenseRoutes } from './license-agent.ts';
import { withMadeTenant } from './made-tenant.ts';
import { mdoListRoutes } from './mdo-list.ts';
import { principalRoutes } from './principal.ts';
import { serveSignIn } from './sign-in.ts';
import { smallTenant } from './small-tenant.ts';
import { suiteLimitRoutes } from './suite-limits.ts';
import { createSuperIdSessions } from './superid-session.ts';
import { serveSystemUser } from './system-user.ts';
import { serveTenantState } from './tenant-state.ts';
import { createTenants, type Tenants } from './tenants.ts';
import { serveTokenEndpoint } from './token-endpoint.ts';
import { createTokens } from './tokens.ts';
import { serveUnknownApiPaths, serveWebApi } from './web-api.ts';
import { createWebPanels } from './web-panels.ts';
import { createWebhookDelivery } from './webhook-delivery.ts';
import { webhookRoutes } from './webhook-routes.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

export interface SandboxOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** The app's public URL; its callback URLs are derived from it. */
  readonly appUrl: string;
  /** Default: generated. */
  readonly credentials?: AppCredentials;
  /** SuperOffice's own. Default: generated. */
  readonly signingKey?: SigningKey;
  /** Adds tenants to those of the sandbox, for benchmarks. Default: none. */
  readonly addTenants?: (tenants: Tenants) => Tenants;
  readonly now?: () => number;
}

export interface Sandbox {
  /** The origin, also the issuer of tokens. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The app's private key (PKCS8 PEM); the sandbox itself stores only the public key. */
  readonly privateKeyPem: string;
  readonly control: Control;
  /** Every secret issued or received so far, with its kind. */
  secrets(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Starts a SuperOffice Online sandbox with one registered app on the loopback interface. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const credentials = options.credentials ?? generateAppCredentials();
  const server = createServer();
  // Another origin, as identity providers have.
  const identityProvider = createServer();
  const origins = {
    superOffice: await listen(server, options.port ?? 0),
    identityProvider: await listen(identityProvider, 0),
  };
  const url = origins.superOffice;
  const { app, control, secrets } = buildSandbox(origins, options, credentials);
  for (const each of [server, identityProvider]) each.on('request', app);
  return {
    url,
    ...credentials,
    control,
    secrets: secrets.all,
    close: async () => {
      const closing = Promise.all([server, identityProvider].map(close));
      control.reset();
      await closing;
    },
  };
}

/** @returns the origin of the server */
async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

function buildSandbox(
  { superOffice: origin, identityProvider }: { superOffice: string; identityProvider: string },
  options: SandboxOptions,
  appCredentials: AppCredentials,
) {
  const now = options.now ?? Date.now;
  const app = registerApp(options.appUrl, appCredentials);
  const own = [largeTenant, smallTenant].reduce(withMadeTenant, createTenants());
  const tenants = options.addTenants?.(own) ?? own;
  const keys = createSigningKeys(options.signingKey ?? generateSigningKey());
  const faultInjector = createFaultInjector({ now });
  const sessions = createSuperIdSessions({ tenants });
  const secrets = createIssuedSecrets();
  const credentials = recordCredentials(createCredentials({ now }), secrets);
  const plainCodes = createAuthorizationCodes({ now });
  const codes = { ...plainCodes, issue: secrets.recordResult('an authorization code', plainCodes.issue) };
  const tokens = createTokens({
    origin,
    app,
    keys,
    now,
    otherTenant: (tenant) => findOther(tenants.all(), tenant),
  });
  const panels = createWebPanels();
  const delivery = createWebhookDelivery({ now });
  const webhooks = recordWebhookSecrets(createWebhooks({ delivery, now }), secrets);
  const { intercept } = faultInjector;
  const control = createControl({
    app,
    tenants,
    keys,
    faultInjector,
    sessions,
    credentials,
    codes,
    tokens,
    panels,
    webhooks,
    delivery,
  });

  const listedIds = tenants.all().map(({ contextIdentifier }) => contextIdentifier);
  const tenantIds = [...listedIds, largeTenant.tenantId, smallTenant.tenantId];
  for (const tenantId of tenantIds) secrets.record('a system user token', systemUserToken(app, tenantId));

  const server = express();
  configure(server);
  serveControl(server, control);
  serveDiscovery(server, { origin, keys, intercept });
  serveAuthorize(server, { app, tenants, sessions, codes, identityProvider, intercept });
  serveTokenEndpoint(server, { app, tenants, codes, credentials, tokens, intercept });
  serveSignIn(server, { origin, identityProvider, tenants, sessions, intercept });
  serveSystemUser(server, { app, tenants, credentials, tokens, intercept, now });
  serveTenantState(server, { origin, tenants, intercept, now });
  const routes = [
    ...licenseRoutes(),
    ...suiteLimitRoutes(),
    ...configurationRoutes(),
    ...principalRoutes(),
    ...archiveRoutes({ now }),
    ...mdoListRoutes(),
    ...panels.routes,
    ...webhookRoutes(webhooks),
  ];
  serveWebApi(server, routes, { origin, app, tenants, credentials, intercept });
  // Target of the malformed response `redirect`; a correct client never follows it.
  server.all('/elsewhere', intercept('Elsewhere'), (_req, res) => void res.json({}));
  serveUnknownApiPaths(server);
  serveCrm(server, { app, tenants, sessions, panels, intercept });
  return { app: server, control, secrets };
}

function recordCredentials(credentials: Credentials, { recordResult }: IssuedSecrets): Credentials {
  return {
    ...credentials,
    issueAccessToken: recordResult('an access token', credentials.issueAccessToken),
    issueRefreshToken: recordResult('a refresh token', credentials.issueRefreshToken),
    issueTicket: recordResult('a ticket', credentials.issueTicket),
  };
}

function recordWebhookSecrets(webhooks: Webhooks, { record }: IssuedSecrets): Webhooks {
  return {
    ...webhooks,
    create: (tenant, body) => {
      if (body.Secret) record('a webhook’s secret', body.Secret);
      return webhooks.create(tenant, body);
    },
  };
}

function configure(server: Express): void {
  server.disable('x-powered-by');
  // The compiled sandbox in dist-sandbox/ uses the same files.
  server.set('view engine', 'ejs');
  server.set('views', fileURLToPath(new URL('../sandbox/views', import.meta.url)));
  server.use('/_sandbox', express.static(fileURLToPath(new URL('../sandbox/public', import.meta.url))));
  server.use(express.urlencoded({ extended: false }), express.json({ strict: false, limit: '1mb' }));
  server.use(handleUnreadableBody);
}

/** Sends 400 with an API error when the request body is not valid JSON. */
const handleUnreadableBody: ErrorRequestHandler = (_error, _req, res, _next) => {
  sendError(res, 400, 'SoArgumentException', 'Unreadable request body');
};

function findOther<T>(all: readonly T[], one: T): T {
  return all.find((candidate) => candidate !== one) ?? one;
}
