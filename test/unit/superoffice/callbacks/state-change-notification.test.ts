import { describe, expect, it } from 'vitest';
import {
  type AudienceForm,
  audienceForms,
  createStateChangeTokenVerifier,
} from '../../../../src/superoffice/callbacks/state-change-notification.ts';
import {
  type Claims,
  createSigningPair,
  idTokenPayload,
  now,
  seconds,
  signToken,
  stateChangePayload,
  systemUserPayload,
  testClientId,
  testIssuer,
  testTenant,
  toOutcome,
} from '../../../support/tokens.ts';
import { createLoadedJwks, guardNetwork } from '../harness.ts';

guardNetwork();

const pair = createSigningPair();
const jwks = await createLoadedJwks(pair);
const createVerifier = (audiences: readonly AudienceForm[]) =>
  createStateChangeTokenVerifier({ jwks, issuer: testIssuer, clientId: testClientId, audiences, now });
const verify = createVerifier(audienceForms);
const notice = { tenantId: testTenant.tenantId, findSerial: async () => testTenant.serial };

async function outcome(payload: unknown, header?: Claims): Promise<string> {
  return toOutcome(await verify(signToken(pair, payload, header), notice));
}

describe('rule 20: a state change token has its own claims profile', () => {
  it('returns only the expiry time of a valid token', async () => {
    const result = await verify(signToken(pair, stateChangePayload()), notice);
    expect(result).toEqual({ valid: true, claims: { expiresAt: seconds + 300 } });
  });

  it.each([
    ['the client ID as audience', { aud: testClientId }, {}],
    ['the client ID as service principal name', { aud: `spn:${testClientId}` }, {}],
    ['the serial number as service principal name', { aud: `spn:${testTenant.serial}` }, {}],
    ['no audience', { aud: undefined }, {}],
    ['no ctx claim', {}, { ctx: undefined }],
  ])('accepts a token with %s', async (_what, claims, identityClaims) => {
    expect(await outcome(stateChangePayload(claims, identityClaims))).toBe('valid');
  });

  it.each([
    ['issuer', { iss: 'https://online.superoffice.com' }, {}],
    ['audience', { aud: 'someone else' }, {}],
    ['audience', { aud: [] }, {}],
    ['audience', { aud: `spn:${testTenant.serial}0` }, {}],
    ['ctx-mismatch', {}, { ctx: 'Cust54321' }],
    ['profile', {}, { associateid: '5' }],
    ['profile', {}, { ticket: '7T:x' }],
    ['profile', { nonce: 'n' }, {}],
    ['expired', { exp: seconds - 60 }, {}],
  ])('returns reason %s for claims %j and SuperOffice claims %j', async (reason, claims, identityClaims) => {
    expect(await outcome(stateChangePayload(claims, identityClaims))).toBe(reason);
  });

  it.each([
    ['client-id', testClientId],
    ['spn:client-id', `spn:${testClientId}`],
    ['spn:serial', `spn:${testTenant.serial}`],
    ['none', undefined],
  ] as const)('accepts of all audiences only %s if that is configured', async (form, aud) => {
    const only = createVerifier([form]);
    const all = [testClientId, `spn:${testClientId}`, `spn:${testTenant.serial}`, undefined];
    for (const each of all) {
      const result = await only(signToken(pair, stateChangePayload({ aud: each })), notice);
      expect([each, result.valid]).toEqual([each, each === aud]);
    }
  });

  it('accepts no serial number for a tenant that is not installed', async () => {
    const token = signToken(pair, stateChangePayload({ aud: `spn:${testTenant.serial}` }));
    const unknown = { ...notice, findSerial: async () => null };
    expect(toOutcome(await verify(token, unknown))).toBe('audience');
  });

  // certifies R5
  it('rejects an HS256 token although a SuperOffice page shows one', async () => {
    expect(await outcome(stateChangePayload(), { alg: 'HS256' })).toBe('algorithm');
  });

  it('rejects an id_token with or without a nonce', async () => {
    expect(await outcome(idTokenPayload())).toBe('profile');
    expect(await outcome(idTokenPayload({ nonce: undefined }))).toBe('profile');
  });

  it('rejects a system user JWT', async () => {
    expect(await outcome(systemUserPayload())).toBe('issuer');
  });
});
