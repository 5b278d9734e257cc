import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { createVisitor, type Visit, type Visitor } from '../../sandbox/visitor.ts';
import { buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { openServices, type Services } from '../../src/services.ts';
import { emptyDatabase } from './database.ts';
import { keyringText } from './keyrings.ts';
import { root } from './project-files.ts';

/** The real app on a real port and database, against the sandbox SuperOffice. */
export interface Planlens {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly services: Services;
  readonly environment: NodeJS.ProcessEnv;
  /** Everything the app logged, one JSON text a line. */
  readonly logged: readonly string[];
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
  const services = await openServices(config, log, now);
  server.on('request', buildApp({ config, services, log, root, now }));
  return {
    url,
    sandbox,
    services,
    environment,
    logged,
    passTime: (ms) => {
      ahead += ms;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await services.close();
      await sandbox.close();
    },
  };
}

/** The app, installed, for the tests around: nothing disturbs its sandbox after each, and it ends with them. */
export async function installedPlanlens(): Promise<Planlens> {
  const planlens = await startPlanlens();
  afterEach(() => planlens.sandbox.control.calm());
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
  administrator: { ctx: 'Cust20001', associateId: 131, userName: 'kari.nygard@designteamet.example' },
  salesPremium: { ctx: 'Cust20001', associateId: 101, userName: 'markus.brandt@designteamet.example' },
  servicePremium: { ctx: 'Cust20001', associateId: 111, userName: 'lena.hoffmann@designteamet.example' },
} as const;

export interface Person {
  readonly ctx: string;
  readonly associateId: number;
  readonly userName: string;
}

/** A visitor signed in to CRM as somebody. */
export async function signedInToCrm(planlens: Pick<Planlens, 'sandbox'>, person: Person): Promise<Visitor> {
  const visitor = createVisitor();
  await visitor.get(`${planlens.sandbox.url}/login/as/${person.userName}?next=/${person.ctx}/`);
  return visitor;
}

/** Installs the app as an administrator does: sign in, approve, arrive at the setup page. */
export async function install(
  planlens: Pick<Planlens, 'sandbox' | 'url'>,
  person: Person = people.administrator,
): Promise<Visit> {
  const visitor = await signedInToCrm(planlens, person);
  return installAs(visitor, planlens);
}

export async function installAs(
  visitor: Visitor,
  planlens: Pick<Planlens, 'sandbox' | 'url'>,
): Promise<Visit> {
  const arrived = await visitor.get(`${planlens.url}/install`);
  const next = /name="next" value="([^"]+)"/.exec(arrived.html)?.[1];
  if (!arrived.html.includes('action="/login/consent"') || next === undefined) return arrived;
  return visitor.post(`${planlens.sandbox.url}/login/consent`, { next: next.replaceAll('&amp;', '&') });
}

/** What one of the features says on a panel's page. */
export function rowOf(html: string, row: string): { state: string; text: string } {
  const item = new RegExp(
    `<li class="feature" data-row="${row}" data-state="([a-z-]+)">(.*?)</li>`,
    's',
  ).exec(html);
  const text = (item?.[2] ?? '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return { state: item?.[1] ?? 'not on the page', text };
}

/** The panel's address as the CRM calls it. */
export function panelUrl(planlens: Pick<Planlens, 'url'>, person: Person, language = 'en'): string {
  const query = new URLSearchParams({ uctx: person.ctx, usid: String(person.associateId), lang: language });
  return `${planlens.url}/panel?${query}`;
}
