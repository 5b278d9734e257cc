import { createPublicKey, verify } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import {
  appUrl,
  authorizeUrl,
  decodeJwt,
  essential,
  get,
  getTokens,
  identity,
  openSandbox,
  pkce,
  postForm,
  premium,
  publishedKeys,
  readCode,
  readCookie,
  readJson,
  redirectUri,
  signIn,
  suite,
  type TokenResponse,
  tokenRequest,
  users,
} from './support.ts';

const { sandbox, advance } = await openSandbox();
beforeEach(() => sandbox.control.approve({ tenant: premium }));

const toPath = (url: string) => url.slice(sandbox.url.length);
const exchange = (code: string, more: Record<string, string> = {}) =>
  tokenRequest(sandbox, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...more });
const readError = async (response: Response) => [response.status, (await readJson(response)).error];

describe('sandbox OpenID discovery and keys', () => {
  it('serves the same document under /login and at the root with the origin as issuer', async () => {
    const [login, root] = await Promise.all(
      ['/login', ''].map(async (at) =>
        (await get(`${sandbox.url}${at}/.well-known/openid-configuration`)).json(),
      ),
    );
    expect(login).toEqual(root);
    expect(login).toMatchObject({
      issuer: sandbox.url,
      token_endpoint: `${sandbox.url}/login/common/oauth/tokens`,
    });
  });

  it('publishes one key with its thumbprint as hex kid and as base64url x5t', async () => {
    const [key = {}, ...others] = await publishedKeys(sandbox);
    expect(others).toEqual([]);
    expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5t']);
    expect(key.kid).toMatch(/^[0-9A-F]{40}$/);
    expect(
      Buffer.from(key.x5t ?? '', 'base64url')
        .toString('hex')
        .toUpperCase(),
    ).toBe(key.kid);
  });
});

describe('sandbox authorization endpoint', () => {
  it('redirects a signed-in user back with a code and the state', async () => {
    const response = await get(authorizeUrl(sandbox), await signIn(sandbox, users.sales));
    expect(response.status).toBe(302);
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.origin + location.pathname).toBe(redirectUri);
    expect(location.searchParams.get('state')).toBe('state-1');
    expect(location.searchParams.get('code')).toHaveLength(64);
  });

  it('shows the sign-in page to a browser without a session and continues after sign-in', async () => {
    const url = authorizeUrl(sandbox, { query: { login_hint: users.sales } });
    const page = await get(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(`value="${users.sales}"`);
    const signedIn = await postForm(`${sandbox.url}/login/sign-in`, {
      userName: users.sales,
      next: toPath(url),
    });
    expect(signedIn.status).toBe(303);
    const next = `${sandbox.url}${signedIn.headers.get('location')}`;
    expect(readCode(await get(next, { Cookie: readCookie(signedIn) }))).toHaveLength(64);
  });

  it('sets the session cookie with SameSite=None so that a frame sends it', async () => {
    const response = await get(`${sandbox.url}/login/as/${users.sales}`);
    expect(response.headers.get('set-cookie')).toMatch(
      /^SoOnlineAuth=\S+; Path=\/; HttpOnly; Secure; SameSite=None$/,
    );
  });

  it.each([
    ['the tenant of the address', { tenantId: suite }],
    ['the tenant of acr_values', { query: { acr_values: `tenant:${suite}` } }],
  ])('shows the sign-in page when the session belongs to another tenant than %s', async (_, options) => {
    const page = await get(authorizeUrl(sandbox, options), await signIn(sandbox, users.sales));
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('Ingrid Dahl');
    expect(html).not.toContain('Markus Brandt');
  });

  it.each([{ tenantId: premium }, { query: { acr_values: `tenant:${premium}` } }])(
    'uses the session of the requested tenant: %o',
    async (options) => {
      const response = await get(authorizeUrl(sandbox, options), await signIn(sandbox, users.sales));
      expect(readCode(response)).toHaveLength(64);
    },
  );

  it.each([
    ['redirect_uri', `${redirectUri}/`],
    ['redirect_uri', 'https://evil.example/auth/callback'],
    ['client_id', '0'.repeat(32)],
  ])('never redirects for an unregistered %s', async (name, value) => {
    const url = authorizeUrl(sandbox, { query: { [name]: value } });
    const response = await get(url, await signIn(sandbox, users.sales));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.text()).toContain('Technical error');
  });

  it('rejects an unknown tenant without a redirect', async () => {
    const response = await get(
      authorizeUrl(sandbox, { tenantId: 'Cust1' }),
      await signIn(sandbox, users.sales),
    );
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });

  it.each([
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'email' }, 'invalid_scope'],
    [{ response_mode: 'web_message' }, 'invalid_request'],
    [{ code_challenge_method: 'S512' }, 'invalid_request'],
  ])('reports an invalid request to the app: %o', async (query, error) => {
    const response = await get(authorizeUrl(sandbox, { query }), await signIn(sandbox, users.sales));
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.searchParams.get('error')).toBe(error);
    expect(location.searchParams.get('state')).toBe('state-1');
    expect(location.searchParams.get('code')).toBeNull();
  });

  it('posts the authorization response as a form with response_mode form_post', async () => {
    const url = authorizeUrl(sandbox, { query: { response_mode: 'form_post', state: 'a"b' } });
    const html = await (await get(url, await signIn(sandbox, users.sales))).text();
    expect(html).toContain(`action="${redirectUri}"`);
    expect(html).toContain('name="state" value="a&#34;b"');
    expect(html).toMatch(/name="code" value="[\w-]{64}"/);
  });

  it('rejects the sign-in of a retired or unknown user', async () => {
    for (const userName of [users.retired, 'unknown@example.com']) {
      const response = await postForm(`${sandbox.url}/login/sign-in`, { userName, next: '/' });
      expect(response.status).toBe(401);
      expect(response.headers.get('set-cookie')).toBeNull();
      expect((await get(`${sandbox.url}/login/as/${userName}`)).status).toBe(404);
    }
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', '/\t/evil.example', ''])(
    'redirects only to a path of its own after sign-in: %j',
    async (next) => {
      const response = await get(`${sandbox.url}/login/as/${users.sales}?${new URLSearchParams({ next })}`);
      expect(response.headers.get('location')).toBe('/');
    },
  );

  it('ends the session on sign-out', async () => {
    const cookie = await signIn(sandbox, users.sales);
    await get(`${sandbox.url}/login/logout`, cookie);
    expect((await get(authorizeUrl(sandbox), cookie)).status).toBe(200);
  });
});

describe('sandbox consent', () => {
  beforeEach(() => sandbox.control.revoke({ tenant: premium }));

  it('asks an administrator for consent once', async () => {
    const cookie = await signIn(sandbox, users.admin);
    const page = await get(authorizeUrl(sandbox), cookie);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('I approve');
    const next = toPath(authorizeUrl(sandbox));
    const approved = await postForm(`${sandbox.url}/login/consent`, { next }, cookie);
    expect(approved.headers.get('location')).toBe(next);
    expect(readCode(await get(authorizeUrl(sandbox), cookie))).toHaveLength(64);
  });

  it('refuses sign-in and consent to a user who is not an administrator', async () => {
    const cookie = await signIn(sandbox, users.sales);
    const page = await get(authorizeUrl(sandbox), cookie);
    expect(page.status).toBe(403);
    expect(await page.text()).toContain('Account does not have access');
    expect((await postForm(`${sandbox.url}/login/consent`, { next: '/' }, cookie)).status).toBe(403);
    expect((await get(authorizeUrl(sandbox), cookie)).status).toBe(403);
  });

  it('applies consent to one tenant only', async () => {
    sandbox.control.approve({ tenant: premium });
    const page = await get(authorizeUrl(sandbox), await signIn(sandbox, users.essential));
    expect(page.status).toBe(403);
  });
});

describe('sandbox federated user', () => {
  it('redirects a federated user for every code to an identity provider page that forbids framing', async () => {
    const cookie = await signIn(sandbox, users.federated);
    const sent = await get(authorizeUrl(sandbox), cookie);
    expect(sent.status).toBe(302);
    const provider = sent.headers.get('location') ?? '';
    expect(provider).toContain('/idp/sign-in?');
    expect(new URL(provider).origin).not.toBe(sandbox.url);
    const page = await get(provider, cookie);
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(page.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");

    const form = { userName: users.federated, next: new URL(provider).searchParams.get('next') ?? '' };
    const back = await postForm(`${sandbox.url}/idp/sign-in`, form);
    const after = { Cookie: readCookie(back) };
    const next = `${sandbox.url}${back.headers.get('location')}`;
    expect(readCode(await get(next, after))).toHaveLength(64);
    expect((await get(next, after)).headers.get('location')).toContain('/idp/sign-in?');
  });

  it('redirects a federated user from the sign-in page to the identity provider', async () => {
    const response = await postForm(`${sandbox.url}/login/sign-in`, {
      userName: users.federated,
      next: '/x',
    });
    expect(response.headers.get('location')).toContain('/idp/sign-in?');
    expect(response.headers.get('set-cookie')).toBeNull();
  });
});

describe('sandbox token endpoint', () => {
  const code = async (query: Record<string, string> = {}, userName = users.sales) =>
    readCode(await get(authorizeUrl(sandbox, { query }), await signIn(sandbox, userName)));

  it('exchanges a code for the documented token response', async () => {
    const response = await exchange(await code());
    expect(response.headers.get('cache-control')).toBe('no-store');
    const tokens = await readJson<TokenResponse>(response);
    expect(Object.keys(tokens).sort()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'refresh_token',
      'token_type',
    ]);
    expect(tokens.token_type).toBe('Bearer');
    expect(tokens.expires_in).toBe(3600);
    expect(tokens.access_token).toMatch(/^8A:Cust20001\.[A-Za-z0-9+/]+=*$/);
    expect(tokens.refresh_token).toHaveLength(64);
  });

  it('accepts the client secret in the Authorization header', async () => {
    const basic = Buffer.from(`${sandbox.clientId}:${sandbox.clientSecret}`).toString('base64');
    const fields = { grant_type: 'authorization_code', code: await code(), redirect_uri: redirectUri };
    const url = `${sandbox.url}/login/common/oauth/tokens`;
    expect((await postForm(url, fields, { Authorization: `Basic ${basic}` })).status).toBe(200);
  });

  it.each([{ client_secret: 'wrong' }, { client_id: 'wrong' }])('rejects a client with %o', async (wrong) => {
    expect(await readError(await exchange(await code(), wrong))).toEqual([400, 'access_denied']);
  });

  it('rejects a code that was already used', async () => {
    const used = await code();
    expect((await exchange(used)).status).toBe(200);
    expect(await readError(await exchange(used))).toEqual([400, 'access_denied']);
  });

  it('accepts a code within ten minutes and rejects it afterwards', async () => {
    const [early, late] = [await code(), await code()];
    advance(599_000);
    expect((await exchange(early)).status).toBe(200);
    advance(2000);
    expect(await readError(await exchange(late))).toEqual([400, 'access_denied']);
  });

  it('rejects a redirect_uri that differs from the one in the authorization request', async () => {
    const response = await exchange(await code(), { redirect_uri: `${appUrl}/` });
    expect(await readError(response)).toEqual([400, 'access_denied']);
  });

  it('rejects a code of a tenant that revoked its consent', async () => {
    const early = await code();
    sandbox.control.revoke({ tenant: premium });
    expect(await readError(await exchange(early))).toEqual([400, 'access_denied']);
  });

  it('verifies a PKCE S256 challenge', async () => {
    const { verifier, challenge } = pkce();
    const query = { code_challenge: challenge, code_challenge_method: 'S256' };
    expect((await exchange(await code(query), { code_verifier: verifier })).status).toBe(200);
    const wrong = await exchange(await code(query), { code_verifier: pkce().verifier });
    expect(await readError(wrong)).toEqual([400, 'access_denied']);
    expect(await readError(await exchange(await code(query)))).toEqual([400, 'access_denied']);
  });

  it('treats a PKCE challenge without a method as plain', async () => {
    const { verifier, challenge } = pkce();
    expect(
      (await exchange(await code({ code_challenge: verifier }), { code_verifier: verifier })).status,
    ).toBe(200);
    const hashed = await exchange(await code({ code_challenge: challenge }), { code_verifier: verifier });
    expect(await readError(hashed)).toEqual([400, 'access_denied']);
  });

  it('rejects a PKCE verifier without a challenge', async () => {
    expect(await readError(await exchange(await code(), { code_verifier: 'x' }))).toEqual([
      400,
      'access_denied',
    ]);
  });

  it('refreshes tokens without a new refresh token and without a nonce', async () => {
    const first = await getTokens(sandbox, users.sales);
    const fields = { grant_type: 'refresh_token', refresh_token: first.refresh_token };
    const again = await readJson<TokenResponse>(await tokenRequest(sandbox, fields));
    expect(Object.keys(again).sort()).toEqual(['access_token', 'expires_in', 'id_token', 'token_type']);
    expect(again.access_token).not.toBe(first.access_token);
    const { claims } = decodeJwt(again.id_token);
    expect(claims.nonce).toBeUndefined();
    expect(claims[`${identity}associateid`]).toBe('101');
    expect((await tokenRequest(sandbox, fields)).status).toBe(200);
  });

  it('rejects an unknown refresh token, and a known one after consent was revoked', async () => {
    const { refresh_token } = await getTokens(sandbox, users.sales);
    const refresh = (token: string) =>
      tokenRequest(sandbox, { grant_type: 'refresh_token', refresh_token: token });
    expect(await readError(await refresh('x'))).toEqual([400, 'access_denied']);
    sandbox.control.revoke({ tenant: premium });
    sandbox.control.approve({ tenant: premium });
    expect(await readError(await refresh(refresh_token))).toEqual([400, 'access_denied']);
  });

  it('rejects unsupported and missing grant types', async () => {
    const response = await tokenRequest(sandbox, { grant_type: 'client_credentials' });
    expect(await readError(response)).toEqual([400, 'unsupported_grant_type']);
    expect(await readError(await tokenRequest(sandbox, {}))).toEqual([400, 'invalid_request']);
  });
});

describe('sandbox id_token', () => {
  it('is signed with the published key and identifies it by x5t only', async () => {
    const { header, input, signature } = decodeJwt((await getTokens(sandbox, users.sales)).id_token);
    const [key = {}, ...others] = await publishedKeys(sandbox);
    expect(header).toEqual({ typ: 'JWT', alg: 'RS256', x5t: key.x5t });
    const publicKey = createPublicKey({ key, format: 'jwk' });
    expect(verify('RSA-SHA256', Buffer.from(input), publicKey, signature)).toBe(true);
    expect(others).toEqual([]);
  });

  it('contains the documented claims in the documented types', async () => {
    const { claims } = decodeJwt((await getTokens(sandbox, users.sales)).id_token);
    const { iat, nbf, exp, ...rest } = claims;
    expect(iat).toMatch(/^\d{10}$/);
    expect(nbf).toBe(Number(iat) - 60);
    expect(exp).toBe(Number(iat) + 300);
    expect(rest).toEqual({
      sub: users.sales,
      iss: sandbox.url,
      aud: sandbox.clientId,
      nonce: 'nonce-1',
      [`${identity}associateid`]: '101',
      [`${identity}identityprovider`]: 'superoffice-online',
      [`${identity}email`]: users.sales,
      [`${identity}upn`]: users.sales,
      [`${identity}so_primary_email_address`]: users.sales,
      [`${identity}initials`]: 'MB',
      [`${identity}is_administrator`]: 'False',
      [`${identity}remember_me_expires`]: '',
      [`${identity}ctx`]: premium,
      [`${identity}company_name`]: 'Designteamet',
      [`${identity}serial`]: '1010000014',
      [`${identity}netserver_url`]: `${sandbox.url}/${premium}/Remote/Services86/`,
      [`${identity}webapi_url`]: `${sandbox.url}/${premium}/api/`,
      [`${identity}system_token`]: expect.stringMatching(/^Planlens-[A-Za-z0-9]{20}$/),
    });
  });

  it('contains is_administrator True for an administrator', async () => {
    const { claims } = decodeJwt((await getTokens(sandbox, users.admin)).id_token);
    expect(claims[`${identity}is_administrator`]).toBe('True');
  });

  it('contains a system user token that survives a restart and differs between tenants', async () => {
    const tokenOf = async (from: Sandbox, tenantId: string, userName: string) => {
      from.control.approve({ tenant: tenantId });
      return decodeJwt((await getTokens(from, userName)).id_token).claims[`${identity}system_token`];
    };
    const { clientId, clientSecret, privateKeyPem } = sandbox;
    const restarted = await startSandbox({ appUrl, credentials: { clientId, clientSecret, privateKeyPem } });
    const before = await tokenOf(sandbox, premium, users.sales);
    expect(await tokenOf(restarted, premium, users.admin)).toBe(before);
    expect(await tokenOf(restarted, essential, users.essential)).not.toBe(before);
    await restarted.close();
  });
});
