import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJwks } from '../../../../src/superoffice/auth/jwks.ts';
import { createSystemUserJwtVerifier } from '../../../../src/superoffice/auth/system-user-jwt.ts';
import { TOKEN_REASONS } from '../../../../src/superoffice/auth/verification-result.ts';
import {
  CLIENT_ID,
  type Claims,
  createSigningPair,
  idTokenPayload,
  now,
  seconds,
  signToken,
  systemUserPayload,
  TENANT,
  wordFor,
} from '../../../support/tokens.ts';
import { endpoints, guardNetwork, http, loadedKeySet, serveKeys } from '../harness.ts';

guardNetwork();

const pair = createSigningPair();
const verify = createSystemUserJwtVerifier({ jwks: await loadedKeySet(pair), now });

function jwt(claims?: Claims, own?: Claims): string {
  return signToken(pair, systemUserPayload(claims, own));
}

async function outcome(
  token: string,
  tenant: { tenantId: string; serial: string } = TENANT,
): Promise<string> {
  return wordFor(await verify(token, tenant));
}

// certifies R5
describe('rule 15: the system user JWT of this very tenant', () => {
  it('gives the ticket and nothing else', async () => {
    expect(await verify(jwt(), TENANT)).toEqual({ valid: true, claims: { ticket: '7T:MAAzAGEA' } });
  });

  it.each([
    ['without ctx and serial', {}, { tenantId: undefined, serial: undefined }],
    ['with iat as a number', { iat: seconds }, {}],
    ['with iat as digits', { iat: String(seconds) }, {}],
    ['with the audience in an array', { aud: [`spn:${TENANT.serial}`] }, {}],
  ])('passes %s', async (_what, claims, own) => {
    expect(await outcome(jwt(claims, own))).toBe('valid');
  });

  it.each([
    ['issuer', { iss: 'SuperOffice' }, {}],
    ['issuer', { iss: undefined }, {}],
    ['audience', { aud: `spn:${CLIENT_ID}` }, {}],
    ['audience', { aud: TENANT.serial }, {}],
    ['audience', { aud: `spn://${TENANT.serial}` }, {}],
    ['audience', { aud: [`spn:${TENANT.serial}`, 'spn:2'] }, {}],
    ['ctx-mismatch', {}, { tenantId: 'Cust54321' }],
    ['serial', {}, { serial: '2' }],
    ['ticket', {}, { ticket: undefined }],
    ['ticket', {}, { ticket: '' }],
    ['ticket', {}, { ticket: 42 }],
    ['ticket', {}, { ticket: '7T:a\r\nX-Evil: 1' }],
    ['expired', { exp: seconds - 60 }, {}],
    ['not-yet-valid', { nbf: seconds + 61 }, {}],
    ['time-claims', { exp: undefined }, {}],
    ['iat', { iat: 'now' }, {}],
  ])('answers %s for %j %j', async (reason, claims, own) => {
    expect(await outcome(jwt(claims, own))).toBe(reason);
  });

  it('refuses the JWT of another tenant although it agrees with itself', async () => {
    const other = jwt({ aud: 'spn:2' }, { tenantId: 'Cust2', serial: '2' });
    expect(await outcome(other, { tenantId: 'Cust2', serial: '2' })).toBe('valid');
    expect(await outcome(other)).toBe('audience');
  });

  it('refuses everything for a tenant without a serial', async () => {
    expect(
      await outcome(jwt({ aud: 'spn:' }, { serial: '' }), { tenantId: TENANT.tenantId, serial: '' }),
    ).toBe('serial');
  });
});

describe('rule 16: no other token passes for a system user JWT', () => {
  it('passes a system user JWT', async () => {
    expect(await outcome(jwt())).toBe('valid');
  });

  it('refuses an id_token of the same key', async () => {
    expect(await outcome(signToken(pair, idTokenPayload()))).toBe('issuer');
  });

  it('refuses an id_token even if its audience fits', async () => {
    expect(
      await outcome(signToken(pair, idTokenPayload({ aud: `spn:${TENANT.serial}` }, { ticket: 'x' }))),
    ).toBe('issuer');
  });
});

describe('rule 3: the signature of a system user JWT', () => {
  it('passes our key', async () => {
    expect(await outcome(jwt())).toBe('valid');
  });

  it('refuses a stranger who names our key', async () => {
    expect(await outcome(signToken(createSigningPair(), systemUserPayload(), { x5t: pair.x5t }))).toBe(
      'signature',
    );
  });
});

describe('rule 19: one reason from a closed list, for a system user JWT', () => {
  it('tells keys it cannot have from keys it does not know', async () => {
    serveKeys();
    const keyless = createJwks({ url: endpoints.jwks, http, now });
    const unreachable = createSystemUserJwtVerifier({ jwks: keyless, now });
    expect(await unreachable(jwt(), TENANT)).toEqual({ valid: false, reason: 'keys-unreachable' });

    const two = await loadedKeySet(pair, createSigningPair());
    const knowing = createSystemUserJwtVerifier({ jwks: two, now });
    const unhinted = signToken(pair, systemUserPayload(), {});
    expect(await knowing(unhinted, TENANT)).toEqual({ valid: false, reason: 'key-unknown' });
  });

  it('neither throws nor passes for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(TOKEN_REASONS).toContain(await outcome(text));
      }),
    );
  });
});
