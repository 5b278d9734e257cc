import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJwks } from '../../../../src/superoffice/auth/jwks.ts';
import { createSystemUserJwtVerifier } from '../../../../src/superoffice/auth/system-user-jwt.ts';
import { tokenReasons } from '../../../../src/superoffice/auth/verification-result.ts';
import {
  type Claims,
  createSigningPair,
  idTokenPayload,
  now,
  seconds,
  signToken,
  systemUserPayload,
  testClientId,
  testTenant,
  toOutcome,
} from '../../../support/tokens.ts';
import { createLoadedJwks, endpoints, guardNetwork, http, serveKeys } from '../harness.ts';

guardNetwork();

const pair = createSigningPair();
const verify = createSystemUserJwtVerifier({ jwks: await createLoadedJwks(pair), now });

function jwt(claims?: Claims, identityClaims?: Claims): string {
  return signToken(pair, systemUserPayload(claims, identityClaims));
}

async function outcome(
  token: string,
  tenant: { tenantId: string; serial: string } = testTenant,
): Promise<string> {
  return toOutcome(await verify(token, tenant));
}

// certifies R5
describe('rule 15: a system user JWT must belong to the tenant', () => {
  it('returns only the ticket of a valid JWT', async () => {
    expect(await verify(jwt(), testTenant)).toEqual({ valid: true, claims: { ticket: '7T:MAAzAGEA' } });
  });

  it.each([
    ['without ctx and serial', {}, { ctx: undefined, serial: undefined }],
    ['with iat as a number', { iat: seconds }, {}],
    ['with iat as digits', { iat: String(seconds) }, {}],
    ['with the audience in an array', { aud: [`spn:${testTenant.serial}`] }, {}],
  ])('accepts a JWT %s', async (_what, claims, identityClaims) => {
    expect(await outcome(jwt(claims, identityClaims))).toBe('valid');
  });

  it.each([
    ['issuer', { iss: 'SuperOffice' }, {}],
    ['issuer', { iss: undefined }, {}],
    ['audience', { aud: `spn:${testClientId}` }, {}],
    ['audience', { aud: testTenant.serial }, {}],
    ['audience', { aud: `spn://${testTenant.serial}` }, {}],
    ['audience', { aud: [`spn:${testTenant.serial}`, 'spn:2'] }, {}],
    ['ctx-mismatch', {}, { ctx: 'Cust54321' }],
    ['serial', {}, { serial: '2' }],
    ['ticket', {}, { ticket: undefined }],
    ['ticket', {}, { ticket: '' }],
    ['ticket', {}, { ticket: 42 }],
    ['ticket', {}, { ticket: '7T:a\r\nX-Evil: 1' }],
    ['expired', { exp: seconds - 60 }, {}],
    ['not-yet-valid', { nbf: seconds + 61 }, {}],
    ['time-claims', { exp: undefined }, {}],
    ['iat', { iat: 'now' }, {}],
  ])('returns reason %s for claims %j and SuperOffice claims %j', async (reason, claims, identityClaims) => {
    expect(await outcome(jwt(claims, identityClaims))).toBe(reason);
  });

  it('rejects a JWT of another tenant although its claims are consistent', async () => {
    const other = jwt({ aud: 'spn:2' }, { ctx: 'Cust2', serial: '2' });
    expect(await outcome(other, { tenantId: 'Cust2', serial: '2' })).toBe('valid');
    expect(await outcome(other)).toBe('audience');
  });

  it('rejects every JWT for a tenant without a serial', async () => {
    expect(
      await outcome(jwt({ aud: 'spn:' }, { serial: '' }), { tenantId: testTenant.tenantId, serial: '' }),
    ).toBe('serial');
  });
});

describe('rule 16: no other token is accepted as a system user JWT', () => {
  it('accepts a system user JWT', async () => {
    expect(await outcome(jwt())).toBe('valid');
  });

  it('rejects an id_token signed with the same key', async () => {
    expect(await outcome(signToken(pair, idTokenPayload()))).toBe('issuer');
  });

  it('rejects an id_token even when its audience matches', async () => {
    expect(
      await outcome(signToken(pair, idTokenPayload({ aud: `spn:${testTenant.serial}` }, { ticket: 'x' }))),
    ).toBe('issuer');
  });
});

describe('rule 3: the signature of a system user JWT is verified', () => {
  it('accepts a JWT signed with the trusted key', async () => {
    expect(await outcome(jwt())).toBe('valid');
  });

  it('rejects a JWT that names the trusted key but is signed with another', async () => {
    expect(await outcome(signToken(createSigningPair(), systemUserPayload(), { x5t: pair.x5t }))).toBe(
      'signature',
    );
  });
});

describe('rule 19: a system user JWT result carries one reason from a closed list', () => {
  it('distinguishes unreachable keys from an unknown key', async () => {
    serveKeys();
    const keyless = createJwks({ url: endpoints.jwks, http, now });
    const unreachable = createSystemUserJwtVerifier({ jwks: keyless, now });
    expect(await unreachable(jwt(), testTenant)).toEqual({ valid: false, reason: 'keys-unreachable' });

    const two = await createLoadedJwks(pair, createSigningPair());
    const knowing = createSystemUserJwtVerifier({ jwks: two, now });
    const unhinted = signToken(pair, systemUserPayload(), {});
    expect(await knowing(unhinted, testTenant)).toEqual({ valid: false, reason: 'key-unknown' });
  });

  it('rejects arbitrary text without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(tokenReasons).toContain(await outcome(text));
      }),
    );
  });
});
