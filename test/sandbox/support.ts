import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';

export const appUrl = 'http://localhost:4200';
export const redirectUri = `${appUrl}/auth/callback`;

/** Users of the sandbox's data. */
export const users = {
  sales: 'markus.brandt@designteamet.example',
  service: 'lena.hoffmann@designteamet.example',
  admin: 'kari.nygard@designteamet.example',
  federated: 'oliver.grant@designteamet.example',
  restricted: 'pieter.devries@designteamet.example',
  noPlan: 'emil.strand@designteamet.example',
  retired: 'astrid.holm@designteamet.example',
  suiteAdmin: 'ingrid.dahl@suitecore.example',
  essential: 'katharina.vogel@fjordkraft.example',
};
export const premium = 'Cust20001';
export const suite = 'Cust20002';
export const essential = 'Cust20003';

/** Starts a sandbox whose clock can be advanced. */
export async function startWithClock(): Promise<{ sandbox: Sandbox; advance(ms: number): void }> {
  let offset = 0;
  const sandbox = await startSandbox({ appUrl, now: () => Date.now() + offset });
  return {
    sandbox,
    advance: (ms) => {
      offset += ms;
    },
  };
}

/** Starts a sandbox for a test file, reset before each test; `advance` is not reset. */
export async function openSandbox() {
  const opened = await startWithClock();
  afterAll(() => opened.sandbox.close());
  beforeEach(() => opened.sandbox.control.reset());
  return opened;
}

/** Also creates a client of the premium tenant, with a new ticket before each test. */
export async function openClient() {
  const { sandbox } = await openSandbox();
  const client = await systemClient(sandbox);
  beforeEach(async () => void Object.assign(client, await systemClient(sandbox)));
  return { sandbox, client };
}

/** Fetches without following redirects. */
export function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { headers, redirect: 'manual' });
}

export function postForm(url: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });
}

export function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const all = { 'Content-Type': 'application/json', ...headers };
  return fetch(url, { method: 'POST', body: JSON.stringify(body), headers: all, redirect: 'manual' });
}

/** Reads the JSON body of a response. */
export async function readJson<T = Record<string, unknown>>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

/** Fetches the JWKS of the sandbox. */
export async function publishedKeys(sandbox: Sandbox): Promise<Record<string, string>[]> {
  const response = await get(`${sandbox.url}/login/.well-known/jwks`);
  return (await readJson<{ keys: Record<string, string>[] }>(response)).keys;
}

/** Signs a user in and returns the Cookie header of the session. */
export async function signIn(sandbox: Sandbox, userName: string): Promise<{ Cookie: string }> {
  const response = await get(`${sandbox.url}/login/as/${userName}`);
  return { Cookie: readCookie(response) };
}

export function readCookie(response: Response): string {
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

export interface AuthorizeOptions {
  tenantId?: string;
  query?: Record<string, string>;
}

export function authorizeUrl(
  sandbox: Sandbox,
  { tenantId = 'common', query = {} }: AuthorizeOptions = {},
): string {
  const all = new URLSearchParams({
    client_id: sandbox.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 'state-1',
    nonce: 'nonce-1',
    ...query,
  });
  return `${sandbox.url}/login/${tenantId}/oauth/authorize?${all}`;
}

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/**
 * Reads the code in a redirect to the app.
 *
 * @throws {Error} without a code
 */
export function readCode(response: Response): string {
  const code = new URL(response.headers.get('location') ?? 'missing:').searchParams.get('code');
  if (!code) throw new Error(`No code: ${response.status} ${response.headers.get('location')}`);
  return code;
}

export function tokenRequest(sandbox: Sandbox, fields: Record<string, string>): Promise<Response> {
  const client = { client_id: sandbox.clientId, client_secret: sandbox.clientSecret };
  return postForm(`${sandbox.url}/login/common/oauth/tokens`, { ...client, ...fields });
}

export interface TokenResponse {
  access_token: string;
  refresh_token: string;
  id_token: string;
  expires_in: number;
  token_type: string;
}

/** Completes the code flow for a user of an approved tenant. */
export async function getTokens(sandbox: Sandbox, userName: string): Promise<TokenResponse> {
  const { verifier, challenge } = pkce();
  const query = { code_challenge: challenge, code_challenge_method: 'S256' };
  const code = readCode(await get(authorizeUrl(sandbox, { query }), await signIn(sandbox, userName)));
  const fields = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
  return (await (await tokenRequest(sandbox, fields)).json()) as TokenResponse;
}

export interface Jwt {
  header: Record<string, string>;
  claims: Record<string, unknown>;
  input: string;
  signature: Buffer;
}

export function decodeJwt(token: string): Jwt {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return {
    header: JSON.parse(Buffer.from(header, 'base64url').toString()),
    claims: JSON.parse(Buffer.from(payload, 'base64url').toString()),
    input: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

export const identity = 'http://schemes.superoffice.net/identity/';

/** Gets the system user token from the id_token of a sign-in. */
export async function getSystemToken(sandbox: Sandbox, userName: string): Promise<string> {
  const { id_token } = await getTokens(sandbox, userName);
  return String(decodeJwt(id_token).claims[`${identity}system_token`]);
}

/** Signs a system user token as documented; `at` is the time of signing. */
export function signSystemToken(token: string, privateKeyPem: string, at = Date.now()): string {
  const digits = new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 12);
  const data = `${token}.${digits}`;
  return `${data}.${sign('RSA-SHA256', Buffer.from(data), createPrivateKey(privateKeyPem)).toString('base64')}`;
}

export function authenticate(sandbox: Sandbox, fields: Record<string, string>): Promise<Response> {
  const body = {
    ApplicationToken: sandbox.clientSecret,
    ContextIdentifier: premium,
    ReturnTokenType: 'JWT',
    ...fields,
  };
  return postJson(`${sandbox.url}/Login/api/PartnerSystemUser/Authenticate`, body);
}

/** Approves the app and gets a ticket for the tenant of an administrator. */
export async function getTicket(sandbox: Sandbox, tenantId = premium, admin = users.admin): Promise<string> {
  sandbox.control.approve({ tenant: tenantId });
  const signed = signSystemToken(await getSystemToken(sandbox, admin), sandbox.privateKeyPem);
  const response = await authenticate(sandbox, { SignedSystemToken: signed, ContextIdentifier: tenantId });
  const { Token } = (await response.json()) as { Token: string };
  return String(decodeJwt(Token).claims[`${identity}ticket`]);
}

export interface ApiClient {
  url: string;
  headers: Record<string, string>;
  get<T>(path: string): Promise<T>;
  agent<T>(path: string, body?: unknown): Promise<T>;
}

/** A client of one tenant's web API with the system user's ticket. */
export async function systemClient(
  sandbox: Sandbox,
  tenantId = premium,
  admin = users.admin,
): Promise<ApiClient> {
  const headers = {
    Authorization: `SOTicket ${await getTicket(sandbox, tenantId, admin)}`,
    'SO-AppToken': sandbox.clientSecret,
  };
  const url = `${sandbox.url}/${tenantId}/api/v1`;
  return {
    url,
    headers,
    get: async <T>(path: string) => (await (await get(`${url}${path}`, headers)).json()) as T,
    agent: async <T>(path: string, body: unknown = {}) => {
      const response = await postJson(`${url}/Agents/${path}`, body, headers);
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
  };
}

interface ReceivedRequest {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Starts a local server that records requests and responds with `statuses` in order, then 200. */
export async function startReceiver(statuses: number[] = []) {
  const received: ReceivedRequest[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      received.push({ url: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString() });
      res.statusCode = statuses.shift() ?? 200;
      res.end('received');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
