import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, expect, onTestFinished, vi } from 'vitest';
import { generateAppCredentials } from '../../sandbox/app-registration.ts';
import {
  type CookieClient,
  createCookieClient,
  type VisitedPage,
  withCharacters,
} from '../../sandbox/cookie-client.ts';
import { generateSigningKey } from '../../sandbox/keys.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { buildApp, loadPages } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import {
  createProvisioning,
  type Provisioning,
} from '../../src/lifecycle/provisioning/create-provisioning.ts';
import { startWorkersEventually } from '../../src/lifecycle/start-workers-eventually.ts';
import { createMetrics } from '../../src/metrics.ts';
import { openServices, type Services } from '../../src/services.ts';
import { type RefreshPace, refreshPace } from '../../src/snapshots/refresh-after-sign-in.ts';
import { migratedDatabase } from './database.ts';
import { keyringText } from './keyrings.ts';
import { findLeakedSecrets, readEnvironmentSecrets } from './leaked-secrets.ts';
import { root } from './project-files.ts';
import { listRoutes, type Route } from './routes.ts';

/** The app on a real port and database, connected to the sandbox. */
export interface Planlens {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly services: Services;
  readonly environment: NodeJS.ProcessEnv;
  /** Every route of the app. */
  readonly routes: readonly Route[];
  /** The log of the app, one JSON line each. */
  readonly logged: readonly string[];
  /** Drops cookies from cross-site frames, as if the browser blocked partitioned cookies as well. */
  blockFrameCookies(block: boolean): void;
  /** Restarts the workers with the `manifest` of another root folder, as after an upgrade. */
  upgradeTo(root: string): Promise<void>;
  /** The clock of app and sandbox, ms since 1970. */
  now(): number;
  /** Advances the clock of app and sandbox, ms. */
  passTime(ms: number): void;
  /** Stops the clock of app and sandbox until the end of the test: a limit then recovers by `passTime` only. */
  stopTime(): void;
  /** Starts the reconciliations that are due now, instead of at the next minute. */
  reconcileDueTenants(): Promise<void>;
  close(): Promise<void>;
}

/** RSA keys, which take long to generate, once for the tests of a worker. */
const keys = { credentials: generateAppCredentials(), signingKey: generateSigningKey() };

/** Tests that pass time or count calls must not meet a read of the sign-in before. */
const atOnce: RefreshPace = { ...refreshPace, settleMs: 0 };

/** Starts the app with its workers on an empty database and a new sandbox. */
export async function startPlanlens(afterSignIn: RefreshPace = atOnce): Promise<Planlens> {
  // As in production: with the five seconds of Node.js, a request of a busy machine meets a connection being closed.
  const server = createServer({ keepAliveTimeout: 75_000 });
  const url = `http://localhost:${await listen(server)}`;
  let offsetMs = 0;
  let stoppedAt: number | null = null;
  const now = () => (stoppedAt ?? Date.now()) + offsetMs;
  const sandbox = await startSandbox({ appUrl: url, now, ...keys });
  const environment = appEnvironment(url, sandbox, await migratedDatabase());
  const config = loadConfig(environment);
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const metrics = createMetrics();
  const services = await openServices({ config, log, metrics, now, afterSignIn });
  void services.prefetch();
  const provisioning = createProvisioning({ config, services, root });
  const stopping = new AbortController().signal;
  // As in production: on a busy machine, opening a connection may take longer than its limit.
  const startLifecycle = (by: Provisioning) =>
    startWorkersEventually({ ...services, ...by, log, stop: stopping, now });
  await startLifecycle(provisioning);
  const { app, listener, loadRest } = buildApp({
    config,
    services,
    log,
    metrics,
    pages: loadPages(root),
    root,
    ...provisioning,
    stopping,
    now,
  });
  await loadRest();
  let isBlocking = false;
  server.on('request', (request, response) => {
    if (isBlocking && isFramed(request)) delete request.headers.cookie;
    listener(request, response);
  });
  return {
    url,
    sandbox,
    services,
    environment,
    routes: listRoutes(app),
    logged,
    now,
    blockFrameCookies: (block) => {
      isBlocking = block;
    },
    passTime: (ms) => {
      offsetMs += ms;
    },
    stopTime: () => {
      stoppedAt = Date.now();
      onTestFinished(() => {
        stoppedAt = null;
      });
    },
    reconcileDueTenants: () => services.jobs.enqueue('due-reconciliations', [{ payload: {}, key: 'test' }]),
    async upgradeTo(otherRoot) {
      await services.jobs.stopProcessing();
      await startLifecycle(createProvisioning({ config, services, root: otherRoot }));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await services.jobs.stopProcessing();
      await services.close();
      await sandbox.close();
      const secrets = new Map([...readEnvironmentSecrets(environment), ...sandbox.secrets()]);
      expect(findLeakedSecrets(logged, secrets), 'secrets in the log').toEqual([]);
    },
  };
}

/** Whether a request comes from a cross-site frame: Chromium sends its storage access status there. */
function isFramed({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-dest'] === 'iframe' || headers['sec-fetch-storage-access'] !== undefined;
}

/** Starts and installs the app for the enclosing suite; clears faults after each test and closes it at the end. */
export async function installedPlanlens(afterSignIn?: RefreshPace): Promise<Planlens> {
  const planlens = await startPlanlens(afterSignIn);
  afterEach(() => planlens.sandbox.control.clearFaults());
  afterAll(() => planlens.close());
  await install(planlens);
  return planlens;
}

/** The bearer token of `/metrics`. */
export const metricsToken = 'm'.repeat(32);

/** The environment of an app that uses the sandbox, with new keys. */
export function appEnvironment(url: string, sandbox: Sandbox, databaseUrl: string): NodeJS.ProcessEnv {
  return {
    PORT: new URL(url).port,
    PUBLIC_URL: url,
    SUPEROFFICE_ENVIRONMENT: 'sod',
    SUPEROFFICE_LOGIN_URL: sandbox.url,
    SUPEROFFICE_API_HOSTS: '127.0.0.1',
    SUPEROFFICE_CLIENT_ID: sandbox.clientId,
    SUPEROFFICE_CLIENT_SECRET: sandbox.clientSecret,
    SUPEROFFICE_PRIVATE_KEY: sandbox.privateKeyPem,
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: keyringText('test'),
    SESSION_KEYS: keyringText('test'),
    METRICS_TOKEN: metricsToken,
    WEBHOOK_ERROR_EMAILS: 'operator@planlens.example',
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, 'localhost', () => resolve((server.address() as AddressInfo).port));
  });
}

/** The sandbox users that the tests use. */
export const testUsers = {
  administrator: { tenantId: 'Cust20001', associateId: 131, userName: 'kari.nygard@designteamet.example' },
  salesPremium: { tenantId: 'Cust20001', associateId: 101, userName: 'markus.brandt@designteamet.example' },
  servicePremium: { tenantId: 'Cust20001', associateId: 111, userName: 'lena.hoffmann@designteamet.example' },
  otherAdministrator: { tenantId: 'Cust20003', associateId: 301, userName: 'silje.aune@fjordkraft.example' },
} as const;

export interface TestUser {
  readonly tenantId: string;
  readonly associateId: number;
  readonly userName: string;
}

/** Where a sandbox listens, in this process or in another. */
interface SandboxAddress {
  readonly sandbox: Pick<Sandbox, 'url'>;
}

/** Creates a client with a CRM session of this user. */
export async function signInToCrm(planlens: SandboxAddress, person: TestUser): Promise<CookieClient> {
  const cookieClient = createCookieClient();
  await cookieClient.get(`${planlens.sandbox.url}/login/as/${person.userName}?next=/${person.tenantId}/`);
  return cookieClient;
}

/** Installs the app as an administrator: signs in, approves, waits for the setup to complete. */
export async function install(
  planlens: Pick<Planlens, 'url'> & SandboxAddress,
  person: TestUser = testUsers.administrator,
): Promise<VisitedPage> {
  const cookieClient = await signInToCrm(planlens, person);
  return installAs(cookieClient, planlens);
}

/** Installs the app and returns the setup page after completion, or the page at which the installation ended. */
export async function installAs(
  cookieClient: CookieClient,
  planlens: Pick<Planlens, 'url'> & SandboxAddress,
): Promise<VisitedPage> {
  const arrived = await approve(cookieClient, planlens);
  const isInProgress = (page: VisitedPage) => page.html.includes('data-in-progress');
  if (!isInProgress(arrived)) return arrived;
  return vi.waitUntil(
    async () => {
      const page = await cookieClient.get(arrived.url);
      return isInProgress(page) ? false : page;
    },
    { timeout: 60_000, interval: 100 },
  );
}

/** Starts the installation and approves the app; returns the setup page, possibly still in progress. */
export async function approve(
  cookieClient: CookieClient,
  planlens: Pick<Planlens, 'url'> & SandboxAddress,
): Promise<VisitedPage> {
  const page = await cookieClient.post(`${planlens.url}/install`, {});
  const next = /name="next" value="([^"]+)"/.exec(page.html)?.[1];
  if (!page.html.includes('action="/login/consent"') || next === undefined) return page;
  return cookieClient.post(`${planlens.sandbox.url}/login/consent`, { next: next.replaceAll('&amp;', '&') });
}

/** Opens a panel URL and follows only the cookie probe. Returns the next response. */
export async function openPanelUrl(cookieClient: CookieClient, url: string): Promise<VisitedPage> {
  const first = await cookieClient.getOnce(url);
  const next = new URL(first.headers.get('location') ?? '', url);
  return next.searchParams.has('cookie') ? cookieClient.getOnce(next.href) : first;
}

/** The state and the text of a feature row on a panel page. */
export function getFeatureRow(html: string, row: string): { state: string; text: string } {
  const item = new RegExp(`<li data-row="${row}" data-state="([a-z-]+)">(.*?)</li>`, 's').exec(html);
  const text = (item?.[2] ?? '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return { state: item?.[1] ?? 'not on the page', text };
}

/** The visible text of a page, without markup. */
export function getVisibleText(html: string): string {
  const [, body = ''] = /<body[^>]*>(.*)<\/body>/s.exec(html) ?? [];
  return withCharacters(body)
    .replace(/<svg.*?<\/svg>|<[^>]*>/gs, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The URL of a feature's explanation in the panel. */
export function featureUrl(
  planlens: Pick<Planlens, 'url'>,
  person: TestUser,
  feature: string,
  language = 'en',
): string {
  const query = { uctx: person.tenantId, usid: String(person.associateId), lang: language, feature };
  return `${planlens.url}/panel/feature?${new URLSearchParams(query)}`;
}

/**
 * Submits the form of a page that posts to this path, with its hidden fields, its ticked boxes and `fields`, which replace
 * fields of the same name. Of several forms the first one that contains `having`.
 */
export async function submit(
  cookieClient: CookieClient,
  page: Pick<VisitedPage, 'url' | 'html'>,
  path: string,
  fields: Readonly<Record<string, string | readonly string[]>> = {},
  having = '',
): Promise<VisitedPage> {
  const forms = [...page.html.matchAll(/<form method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/gs)];
  const form = forms.find(
    ([html, action]) => new URL(action ?? '', page.url).pathname === path && html.includes(having),
  );
  if (form === undefined) throw new Error(`no form posts to ${path}`);
  const [, action = '', inner = ''] = form;
  const given = [
    ...inner.matchAll(
      /<input type="hidden" name="([^"]*)" value="([^"]*)">|<input type="checkbox" name="([^"]*)" value="([^"]*)" checked>/g,
    ),
  ];
  const kept = given
    .map(([, hidden, value = '', ticked = '', tickedValue = '']) =>
      hidden === undefined ? ([ticked, tickedValue] as const) : ([hidden, value] as const),
    )
    .filter(([name]) => !(name in fields));
  const typed = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value] as const),
  );
  return cookieClient.post(new URL(action.replaceAll('&amp;', '&'), page.url).href, [...kept, ...typed]);
}

/** The panel URL as the CRM fills it in. */
export function panelUrl(planlens: Pick<Planlens, 'url'>, person: TestUser, language = 'en'): string {
  const query = new URLSearchParams({
    uctx: person.tenantId,
    usid: String(person.associateId),
    lang: language,
  });
  return `${planlens.url}/panel?${query}`;
}
