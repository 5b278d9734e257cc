import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, expect, vi } from 'vitest';
import { type CookieClient, createCookieClient, type PanelContext } from '../../sandbox/cookie-client.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import {
  createProvisioning,
  type Provisioning,
} from '../../src/lifecycle/provisioning/create-provisioning.ts';
import { startWorkers } from '../../src/lifecycle/start-workers.ts';
import { createMetrics } from '../../src/metrics.ts';
import { openServices, type Services } from '../../src/services.ts';
import { emptyDatabase } from './database.ts';
import { keyringText } from './keyrings.ts';
import { leakedSecrets, secretsOfEnvironment } from './leaked-secrets.ts';
import { root } from './project-files.ts';

/** The real app on a real port and database, against the sandbox SuperOffice. */
export interface Planlens {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly services: Services;
  readonly environment: NodeJS.ProcessEnv;
  /** The path of every route. */
  readonly paths: readonly string[];
  /** Everything the app logged, one JSON text a line. */
  readonly logged: readonly string[];
  /** From now on the app sees no cookie from a frame of another site, as if the browser refused even partitioned ones. */
  refuseFrameCookies(refuse: boolean): void;
  /** Goes on as another version of the app, whose `manifest` is in this folder. */
  upgradeTo(root: string): Promise<void>;
  /** Moves the app's clock (not the sandbox's) forward, ms. */
  passTime(ms: number): void;
  close(): Promise<void>;
}

export async function startPlanlens(): Promise<Planlens> {
  const server = createServer();
  const url = `http://localhost:${await listen(server)}`;
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const sandbox = await startSandbox({ appUrl: url, now });
  const environment = appEnvironment(url, sandbox, await emptyDatabase());
  const config = loadConfig(environment);
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const metrics = createMetrics();
  const services = await openServices({ config, log, metrics, now });
  const provisioning = createProvisioning({ config, services, root });
  const live = (by: Provisioning) => startWorkers({ ...services, ...by, log, metrics, now });
  let lifecycle = live(provisioning);
  const app = buildApp({ config, services, log, metrics, root, ...provisioning, now });
  let refusing = false;
  server.on('request', (request, response) => {
    if (refusing && isFramed(request)) delete request.headers.cookie;
    app(request, response);
  });
  return {
    url,
    sandbox,
    services,
    environment,
    paths: [...new Set(app.router.stack.flatMap(({ route }) => route?.path ?? []))],
    logged,
    refuseFrameCookies: (refuse) => {
      refusing = refuse;
    },
    passTime: (ms) => {
      ahead += ms;
    },
    async upgradeTo(otherRoot) {
      await lifecycle.stop();
      lifecycle = live(createProvisioning({ config, services, root: otherRoot }));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await lifecycle.stop();
      await services.close();
      await sandbox.close();
      const secrets = new Map([...secretsOfEnvironment(environment), ...sandbox.secrets()]);
      expect(leakedSecrets(logged, secrets), 'secrets in what the app logged').toEqual([]);
    },
  };
}

/** Whether a request comes from a frame of another site: Chromium tells what it may reach of its storage there. */
function isFramed({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-dest'] === 'iframe' || headers['sec-fetch-storage-access'] !== undefined;
}

/** The app, installed, for the tests around: nothing disturbs its sandbox after each, and it ends with them. */
export async function installedPlanlens(): Promise<Planlens> {
  const planlens = await startPlanlens();
  afterEach(() => planlens.sandbox.control.clearFaults());
  afterAll(() => planlens.close());
  await install(planlens);
  return planlens;
}

/** What the sandbox prints for an app to be started with, and fresh keys. */
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
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, 'localhost', () => resolve((server.address() as AddressInfo).port));
  });
}

/** The sandbox's tenants and the people used in the tests. */
export const people = {
  administrator: { tenantId: 'Cust20001', associateId: 131, userName: 'kari.nygard@designteamet.example' },
  salesPremium: { tenantId: 'Cust20001', associateId: 101, userName: 'markus.brandt@designteamet.example' },
  servicePremium: { tenantId: 'Cust20001', associateId: 111, userName: 'lena.hoffmann@designteamet.example' },
  otherAdministrator: { tenantId: 'Cust20003', associateId: 301, userName: 'silje.aune@fjordkraft.example' },
} as const;

export interface Person {
  readonly tenantId: string;
  readonly associateId: number;
  readonly userName: string;
}

/** A visitor signed in to CRM as somebody. */
export async function signedInToCrm(
  planlens: Pick<Planlens, 'sandbox'>,
  person: Person,
): Promise<CookieClient> {
  const cookieClient = createCookieClient();
  await cookieClient.get(`${planlens.sandbox.url}/login/as/${person.userName}?next=/${person.tenantId}/`);
  return cookieClient;
}

/** Installs the app as an administrator does: sign in, approve, arrive at the setup page. */
export async function install(
  planlens: Pick<Planlens, 'sandbox' | 'url'>,
  person: Person = people.administrator,
): Promise<PanelContext> {
  const cookieClient = await signedInToCrm(planlens, person);
  return installAs(cookieClient, planlens);
}

/** The setup page once setting up has ended, or whatever else the installation led to. */
export async function installAs(
  cookieClient: CookieClient,
  planlens: Pick<Planlens, 'sandbox' | 'url'>,
): Promise<PanelContext> {
  const arrived = await approve(cookieClient, planlens);
  const isUnderWay = (page: PanelContext) => page.html.includes('data-under-way');
  if (!isUnderWay(arrived)) return arrived;
  return vi.waitUntil(
    async () => {
      const page = await cookieClient.get(arrived.url);
      return isUnderWay(page) ? false : page;
    },
    { timeout: 15_000, interval: 50 },
  );
}

/** Signs in and approves; arrives at the setup page while setting up goes on. */
export async function approve(
  cookieClient: CookieClient,
  planlens: Pick<Planlens, 'sandbox' | 'url'>,
): Promise<PanelContext> {
  const arrived = await cookieClient.get(`${planlens.url}/install`);
  const next = /name="next" value="([^"]+)"/.exec(arrived.html)?.[1];
  if (!arrived.html.includes('action="/login/consent"') || next === undefined) return arrived;
  return cookieClient.post(`${planlens.sandbox.url}/login/consent`, { next: next.replaceAll('&amp;', '&') });
}

/** A panel's answer once it has tried the browser's cookies; where that sends the visitor, they do not go. */
export async function knock(cookieClient: CookieClient, url: string): Promise<PanelContext> {
  const first = await cookieClient.peek(url);
  const next = new URL(first.headers.get('location') ?? '', url);
  return next.searchParams.has('cookie') ? cookieClient.peek(next.href) : first;
}

/** What one of the features says on a panel's page. */
export function rowOf(html: string, row: string): { state: string; text: string } {
  const item = new RegExp(`<li data-row="${row}" data-state="([a-z-]+)">(.*?)</li>`, 's').exec(html);
  const text = (item?.[2] ?? '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return { state: item?.[1] ?? 'not on the page', text };
}

/** The words of a page, without its mark-up. */
export function wordsOf(html: string): string {
  const [, body = ''] = /<body[^>]*>(.*)<\/body>/s.exec(html) ?? [];
  return body
    .replace(/<svg.*?<\/svg>|<[^>]*>/gs, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The address of one feature's explanation in a panel. */
export function featureUrl(
  planlens: Pick<Planlens, 'url'>,
  person: Person,
  feature: string,
  language = 'en',
): string {
  const query = { uctx: person.tenantId, usid: String(person.associateId), lang: language, feature };
  return `${planlens.url}/panel/feature?${new URLSearchParams(query)}`;
}

/** Sends the form of a page that posts to this path (a query is allowed), with what it holds and is filled in. */
export async function submit(
  cookieClient: CookieClient,
  page: Pick<PanelContext, 'url' | 'html'>,
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<PanelContext> {
  const forms = [...page.html.matchAll(/<form method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/gs)];
  const form = forms.find(([, action]) => new URL(action ?? '', page.url).pathname === path);
  if (form === undefined) throw new Error(`no form posts to ${path}`);
  const [, action = '', inner = ''] = form;
  const hidden = [...inner.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const held = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
  return cookieClient.post(new URL(action.replaceAll('&amp;', '&'), page.url).href, { ...held, ...fields });
}

/** The panel's address as the CRM calls it. */
export function panelUrl(planlens: Pick<Planlens, 'url'>, person: Person, language = 'en'): string {
  const query = new URLSearchParams({
    uctx: person.tenantId,
    usid: String(person.associateId),
    lang: language,
  });
  return `${planlens.url}/panel?${query}`;
}
