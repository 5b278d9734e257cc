import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { createAuthorizationCodeFlow } from '../../../../src/superoffice/auth/authorization-code.ts';
import { testClientId, testIssuer } from '../../../support/tokens.ts';
import { expectRejection, secrets } from '../expect-rejection.ts';
import { endpoints, guardNetwork, http } from '../harness.ts';

guardNetwork();

const redirectUri = 'https://planlens.example.com/auth/callback';
const flow = createAuthorizationCodeFlow({
  endpoints,
  clientId: testClientId,
  clientSecret: secrets.client,
  redirectUri,
  http,
});
const authorizeRequest = {
  state: 's t&te',
  nonce: 'n1',
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};
const grant = { code: 'the-code', codeVerifier: 'the-verifier' };

describe('authorizeUrl', () => {
  it('uses the common endpoint when no tenant is known', () => {
    const url = new URL(flow.authorizeUrl(authorizeRequest));
    expect(url.origin + url.pathname).toBe(`${testIssuer}/login/common/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: testClientId,
      scope: 'openid',
      redirect_uri: redirectUri,
      state: 's t&te',
      nonce: 'n1',
      code_challenge: authorizeRequest.codeChallenge,
      code_challenge_method: 'S256',
    });
  });

  it('uses the endpoint of a known tenant and passes the user name as login_hint', () => {
    const url = new URL(
      flow.authorizeUrl({ ...authorizeRequest, tenantId: 'Cust12345', loginHint: 'a+b@example.com' }),
    );
    expect(url.pathname).toBe('/login/Cust12345/oauth/authorize');
    expect(url.searchParams.get('login_hint')).toBe('a+b@example.com');
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
  });

  it('contains no client secret', () => {
    expect(flow.authorizeUrl(authorizeRequest)).not.toContain(secrets.client);
  });

  it.each(['common', '../common', 'Cust1/../Cust2', ''])('rejects the tenant %j', (tenantId) => {
    expect(() => flow.authorizeUrl({ ...authorizeRequest, tenantId })).toThrow(
      expect.objectContaining({ code: 'tenant-unknown' }),
    );
  });
});

describe('exchangeCode', () => {
  const tokens = { token_type: 'Bearer', access_token: secrets.access, expires_in: 3600, id_token: 'a.b.c' };

  function respondWith(status: number, body: unknown) {
    return nock(testIssuer)
      .post('/login/common/oauth/tokens')
      .reply(status, body as nock.Body);
  }

  it('sends all parameters in the body and none in the URL', async () => {
    nock(testIssuer, {
      reqheaders: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    })
      .post('/login/common/oauth/tokens', {
        grant_type: 'authorization_code',
        client_id: testClientId,
        client_secret: secrets.client,
        code: 'the-code',
        code_verifier: 'the-verifier',
        redirect_uri: redirectUri,
      })
      .reply(200, { ...tokens, refresh_token: 'r' });
    expect(await flow.exchangeCode(grant)).toEqual({
      accessToken: secrets.access,
      expiresIn: 3600,
      idToken: 'a.b.c',
      refreshToken: 'r',
    });
  });

  it.each([[undefined], [null]])('accepts a response whose refresh token is %j', async (refreshToken) => {
    respondWith(200, { ...tokens, refresh_token: refreshToken, expires_in: '1200' });
    expect(await flow.exchangeCode(grant)).toEqual({
      accessToken: secrets.access,
      expiresIn: 1200,
      idToken: 'a.b.c',
    });
  });

  it.each([
    [
      400,
      { error: 'invalid_grant', error_description: 'code the-code used' },
      'code-refused',
      'invalid_grant',
    ],
    [400, 'Bad request', 'code-refused', undefined],
    [400, { error: 'the-code' }, 'code-refused', undefined],
    [500, { error: 'invalid_grant' }, 'code-refused', 'invalid_grant'],
    [400, { error: 'invalid_client' }, 'client-refused', 'invalid_client'],
    [400, { error: 'unauthorized_client' }, 'client-refused', 'unauthorized_client'],
    [400, { error: 'access_denied' }, 'sign-in-refused', 'access_denied'],
    [401, '', 'client-refused', undefined],
    [403, '', 'client-refused', undefined],
    [429, '', 'throttled', undefined],
    [503, '', 'server-error', undefined],
    [302, '', 'unexpected-response', undefined],
  ])('maps status %d with body %j to error code %s', async (status, body, code, detail) => {
    respondWith(status, body);
    const error = await expectRejection(flow.exchangeCode(grant));
    expect([error.code, error.detail]).toEqual([code, detail]);
  });

  it("keeps SuperOffice's description of a refusal, without what was sent", async () => {
    const description = `Wrong client or ${secrets.client} or code ${grant.code}\0`;
    respondWith(400, { error: 'access_denied', error_description: description });
    const error = await expectRejection(flow.exchangeCode(grant));
    expect(error.description).toBe('Wrong client or … or code …\uFFFD');
  });

  it.each([
    ['access_token', { ...tokens, access_token: undefined }],
    ['id_token', { ...tokens, id_token: '' }],
    ['expires_in', { ...tokens, expires_in: 0 }],
    ['body', '<html>'],
    ['body', null],
  ])('rejects a response without a usable %s', async (detail, body) => {
    respondWith(200, body ?? 'null');
    expect(await expectRejection(flow.exchangeCode(grant))).toMatchObject({
      code: 'unexpected-response',
      detail,
    });
  });
});
