import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { registerApp } from '../../../sandbox/app-registration.ts';
import { createSigningKeys, generateSigningKey } from '../../../sandbox/keys.ts';
import { extendedLicenseInfo, licenseOwner, owners } from '../../../sandbox/license-carriers.ts';
import { principalRoutes } from '../../../sandbox/principal.ts';
import { createTenants, type Tenant, type User } from '../../../sandbox/tenants.ts';
import { createTokens } from '../../../sandbox/tokens.ts';

/**
 * SuperOffice for a storm of sign-ins, as a program of its own: every tenant `Cust` with digits, with the licenses of the
 * Premium tenant of the sandbox and users from 1 on. Each call takes `DELAY_MS`. It checks no limit; it counts the calls.
 */
const { PORT, DELAY_MS, USERS, CLIENT_ID, CLIENT_SECRET, PRIVATE_KEY } = z
  .object({
    PORT: z.coerce.number(),
    DELAY_MS: z.coerce.number(),
    USERS: z.coerce.number(),
    CLIENT_ID: z.string(),
    CLIENT_SECRET: z.string(),
    PRIVATE_KEY: z.string(),
  })
  .parse(process.env);

const origin = `http://127.0.0.1:${PORT}`;
const keys = createSigningKeys(generateSigningKey());
const app = registerApp(origin, {
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  privateKeyPem: PRIVATE_KEY,
});
const tokens = createTokens({ origin, app, keys, otherTenant: (tenant) => tenant, now: Date.now });
const plans = ['ten-sales', 'ten-service', 'ten-marketing'];
const premium = createTenants()
  .all()
  .find(({ key }) => key === 'premium');
if (premium === undefined) throw new Error('the sandbox has no Premium tenant');
const [sample] = premium.users;
if (sample === undefined) throw new Error('the Premium tenant has no users');
const users = Array.from({ length: USERS }, (_each, index): User => {
  const associateId = index + 1;
  const plan = plans[index % plans.length] ?? null;
  return {
    ...sample,
    associateId,
    fullName: `User ${associateId}`,
    userName: `user${associateId}@storm.example`,
    plan,
    isAdministrator: false,
  };
});
const shared: Tenant = { ...premium, users };
const licenses = JSON.stringify(owners(shared).map((owner) => extendedLicenseInfo(shared, owner))[0]);
const list = users.map(({ associateId, fullName, plan }) => ({
  associateDbId: associateId,
  fullName,
  isActive: true,
  canLogin: true,
  userplan: shared.modules.find(({ ModuleName }) => ModuleName === plan)?.ModuleDescription ?? '',
  assocType: 'Employee',
}));

/** When calls of the web API arrived, ms, by tenant; and how many there were of each kind. */
const arrivals = new Map<string, number[]>();
const operations = new Map<string, number>();

createServer((request, response) => void answer(request, response)).listen(PORT, '127.0.0.1');

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', origin);
  if (pathname === '/') return void response.end();
  if (pathname === '/figures') return void response.end(JSON.stringify(figures()));
  const body = await Promise.all([reply(request, pathname), sleep(DELAY_MS)]).then(([found]) => found);
  response.setHeader('content-type', 'application/json');
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function reply(request: IncomingMessage, pathname: string): Promise<unknown> {
  if (pathname.endsWith('/jwks')) return keys.jwks();
  if (pathname.endsWith('/oauth/tokens')) return exchange(new URLSearchParams(await text(request)));
  if (pathname.endsWith('/Authenticate')) return systemUser(await json(request));
  const [, tenantId = '', path = ''] = /^\/(Cust\d+)\/api\/v1\/(.*)$/.exec(pathname) ?? [];
  if (tenantId === '') return state(pathname.split('/').at(-1) ?? '');
  record(tenantId, path);
  return callWebApi(request, path);
}

function record(tenantId: string, path: string): void {
  const times = arrivals.get(tenantId) ?? [];
  arrivals.set(tenantId, times);
  times.push(performance.now());
  operations.set(path, (operations.get(path) ?? 0) + 1);
}

async function callWebApi(request: IncomingMessage, path: string): Promise<unknown> {
  if (path.endsWith('/GetLicenseFromDB')) return licenses;
  if (path.startsWith('Archive/InternalUsers')) return listPage(new URL(request.url ?? '/', origin));
  if (path.endsWith('/GetUserLicenses')) {
    const { AssociateId } = z.object({ AssociateId: z.number() }).parse(await json(request));
    return owners(shared).map((owner) => licenseOwner(shared, owner, findUser(AssociateId)));
  }
  if (path === 'User/currentPrincipal') {
    const [, tenantId = '', associateId = ''] =
      /^Bearer 8A:(Cust\d+)\.(\d+)$/.exec(request.headers.authorization ?? '') ?? [];
    const call = {
      tenant: tenantOf(tenantId),
      caller: { kind: 'user', associateId: Number(associateId) },
    };
    return principalRoutes()[0]?.handle(
      call as Parameters<NonNullable<ReturnType<typeof principalRoutes>[0]>['handle']>[0],
    );
  }
  return null;
}

function listPage({ searchParams }: URL) {
  const skip = Number(searchParams.get('$skip') ?? 0);
  return { value: list.slice(skip, skip + Number(searchParams.get('$top') ?? list.length)) };
}

function findUser(associateId: number): User {
  const user = users[associateId - 1];
  if (user === undefined) throw new Error(`no user ${associateId}`);
  return user;
}

/** The code of a sign-in is its tenant, user and nonce: the load generator is SuperOffice's page and the user's browser. */
function exchange(form: URLSearchParams) {
  const [tenantId = '', associateId = '', nonce] = (form.get('code') ?? '').split('.');
  const idToken = tokens.idToken(tenantOf(tenantId), findUser(Number(associateId)), nonce);
  const accessToken = `8A:${tenantId}.${associateId}`;
  return { token_type: 'Bearer', access_token: accessToken, expires_in: 3_600, id_token: idToken };
}

function systemUser(body: unknown) {
  const { ContextIdentifier } = z.object({ ContextIdentifier: z.string() }).parse(body);
  const token = tokens.systemUserJwt(tenantOf(ContextIdentifier), `7T:${ContextIdentifier}`);
  return { IsSuccessful: true, Token: token, ErrorMessage: null };
}

function state(tenantId: string) {
  const endpoint = `${origin}/${tenantId}`;
  const validUntil = new Date(Date.now() + 600_000).toISOString();
  return {
    ContextIdentifier: tenantId,
    Endpoint: endpoint,
    State: 'Running',
    IsRunning: true,
    ValidUntil: validUntil,
    Api: `${endpoint}/api`,
  };
}

function tenantOf(contextIdentifier: string): Tenant {
  return { ...shared, contextIdentifier, serialNr: contextIdentifier.slice('Cust'.length) };
}

function figures() {
  return {
    calls: [...arrivals.values()].reduce((sum, times) => sum + times.length, 0),
    mostPerSecond: Math.max(0, ...[...arrivals.values()].map(mostWithinSecond)),
    operations: Object.fromEntries(operations),
    cpuSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
  };
}

/** The most calls of a tenant within any second. */
function mostWithinSecond(times: readonly number[]): number {
  let first = 0;
  let most = 0;
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
