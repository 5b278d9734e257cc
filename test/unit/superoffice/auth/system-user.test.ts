import { verify as verifySignature } from 'node:crypto';
import { inspect } from 'node:util';
import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { createJwks } from '../../../../src/superoffice/auth/jwks.ts';
import {
  createSystemUser,
  isConsentRevoked,
  signSystemToken,
} from '../../../../src/superoffice/auth/system-user.ts';
import { createSystemUserJwtVerifier } from '../../../../src/superoffice/auth/system-user-jwt.ts';
import {
  createSigningPair,
  now,
  signToken,
  systemUserPayload,
  testIssuer,
  testTenant,
  testTime,
} from '../../../support/tokens.ts';
import { expectRejection, secrets } from '../expect-rejection.ts';
import { createLoadedJwks, endpoints, guardNetwork, http, serveKeys } from '../harness.ts';

guardNetwork();

const superOffice = createSigningPair();
const app = createSigningPair();
const deps = { endpoints, clientSecret: secrets.client, privateKey: app.privateKey, http, now };
const request = { tenantId: testTenant.tenantId, serial: testTenant.serial, systemToken: secrets.system };
const authenticatePath = '/Login/api/PartnerSystemUser/Authenticate';
const verifyJwt = createSystemUserJwtVerifier({ jwks: await createLoadedJwks(superOffice), now });
const systemUser = createSystemUser({ ...deps, verifyJwt });

function granted(payload: unknown = systemUserPayload({}, { ticket: secrets.ticket })) {
  return { IsSuccessful: true, Token: signToken(superOffice, payload), ErrorMessage: null };
}

function respondWith(status: number, body: unknown) {
  return nock(testIssuer)
    .post(authenticatePath)
    .reply(status, body as nock.Body);
}

describe('signSystemToken', () => {
  const signed = signSystemToken('My App-AbC123xYz9', app.privateKey, Date.UTC(2026, 1, 3, 4, 5, 59, 999));

  it('appends the UTC minute and the signature', () => {
    expect(signed).toMatch(/^My App-AbC123xYz9\.202602030405\.[A-Za-z0-9+/]{342}==$/);
  });

  it('creates a signature over token and minute that the public key verifies', () => {
    const [token, minute, signature] = signed.split('.');
    const isSignatureOf = (data: string) =>
      verifySignature('RSA-SHA256', Buffer.from(data), app.publicKey, Buffer.from(signature ?? '', 'base64'));
    expect(isSignatureOf(`${token}.${minute}`)).toBe(true);
    expect(isSignatureOf(`${token}.202602030406`)).toBe(false);
    expect(isSignatureOf(`My Apq-AbC123xYz9.${minute}`)).toBe(false);
  });

  it('signs non-ASCII characters as UTF-8', () => {
    const [token, minute, signature] = signSystemToken('Blåbær-x', app.privateKey, testTime).split('.');
    const data = Buffer.from(`${token}.${minute}`, 'utf8');
    expect(verifySignature('RSA-SHA256', data, app.publicKey, Buffer.from(signature ?? '', 'base64'))).toBe(
      true,
    );
  });
});

describe('system user ticket exchange', () => {
  it('sends the signed system token, the client secret and the tenant', async () => {
    nock(testIssuer, { reqheaders: { 'content-type': 'application/json', accept: 'application/json' } })
      .post(authenticatePath, {
        SignedSystemToken: signSystemToken(secrets.system, app.privateKey, testTime),
        ApplicationToken: secrets.client,
        ContextIdentifier: 'Cust12345',
        ReturnTokenType: 'JWT',
      })
      .reply(200, granted());
    expect(await systemUser.exchange(request)).toBe(secrets.ticket);
  });

  it.each([
    [200, { IsSuccessful: false, Token: null, ErrorMessage: 'Authorization error: Revoked (1)' }, 'Revoked'],
    [200, { IsSuccessful: false, Token: null, ErrorMessage: 'NeedsReapproval' }, 'NeedsReapproval'],
    [200, { IsSuccessful: false, Token: null, ErrorMessage: 'Something about Jane' }, undefined],
    [200, { IsSuccessful: false, ErrorMessage: null }, undefined],
    [200, { Token: 'a.b.c' }, undefined],
    [401, '', undefined],
    [403, '<html>Denied</html>', undefined],
    [500, { ErrorMessage: 'Denied (4)' }, 'Denied'],
  ])('reports system-user-refused for status %d with body %j', async (status, body, detail) => {
    respondWith(status, body);
    const error = await expectRejection(systemUser.exchange(request));
    expect([error.code, error.status, error.detail]).toEqual(['system-user-refused', status, detail]);
  });

  it.each(['InvalidSignature (7)', 'InvalidTimestamp (6)', 'InvalidRedirectUrl (2)'])(
    'reports client-refused for %s at any status',
    async (errorMessage) => {
      for (const status of [200, 400, 500]) {
        respondWith(status, { IsSuccessful: false, ErrorMessage: errorMessage });
        const error = await expectRejection(systemUser.exchange(request));
        expect([error.code, isConsentRevoked(error)]).toEqual(['client-refused', false]);
      }
    },
  );

  it.each([
    ['Revoked (1)', true],
    ['Expired (3)', true],
    ['NeedsReapproval (5)', true],
    ['Denied (4)', false],
    ['Something else', false],
    [null, false],
  ])('decides whether %s means that consent is revoked: %s', async (errorMessage, isRevoked) => {
    respondWith(200, { IsSuccessful: false, ErrorMessage: errorMessage });
    expect(isConsentRevoked(await expectRejection(systemUser.exchange(request)))).toBe(isRevoked);
  });

  it.each([
    [503, 'server-error'],
    [500, 'server-error'],
    [429, 'throttled'],
  ])('reports a transient error instead of a expectRejection for status %d', async (status, code) => {
    respondWith(status, 'try later');
    expect(await expectRejection(systemUser.exchange(request))).toMatchObject({ code, status });
  });

  it.each([
    ['malformed', { ...granted(), Token: 'x' }],
    ['malformed', { ...granted(), Token: null }],
    ['audience', granted(systemUserPayload({ aud: 'spn:2' }))],
    ['ctx-mismatch', granted(systemUserPayload({}, { ctx: 'Cust2' }))],
    ['ticket', granted(systemUserPayload({}, { ticket: '' }))],
    ['signature', { ...granted(), Token: signToken(app, systemUserPayload(), { x5t: superOffice.x5t }) }],
  ])('rejects a JWT that fails verification with reason %s', async (detail, body) => {
    respondWith(200, body);
    expect(await expectRejection(systemUser.exchange(request))).toMatchObject({
      code: 'system-user-jwt-invalid',
      detail,
    });
  });

  it.each(['<html>', '[]', 'null', { IsSuccessful: 'yes' }])('rejects the response %j', async (body) => {
    respondWith(200, body);
    expect(await expectRejection(systemUser.exchange(request))).toMatchObject({
      code: 'unexpected-response',
    });
  });

  it('reports unreachable instead of an invalid JWT when the signing keys cannot be fetched', async () => {
    serveKeys();
    const jwks = createJwks({ url: endpoints.jwks, http, now });
    const keyless = createSystemUser({ ...deps, verifyJwt: createSystemUserJwtVerifier({ jwks, now }) });
    respondWith(200, granted());
    expect(await expectRejection(keyless.exchange(request))).toMatchObject({
      code: 'unreachable',
      detail: 'keys-unreachable',
    });
  });

  it('keeps secrets out of the error', async () => {
    respondWith(400, { ErrorMessage: `bad ${secrets.system} for ${secrets.client}`, Token: secrets.ticket });
    const inspected = inspect(await expectRejection(systemUser.exchange(request)), {
      depth: 20,
      showHidden: true,
    });
    for (const secret of Object.values(secrets)) expect(inspected).not.toContain(secret);
  });
});
