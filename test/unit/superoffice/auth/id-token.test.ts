import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdTokenVerifier, type IdTokenVerifier } from '../../../../src/superoffice/auth/id-token.ts';
import { createJwks } from '../../../../src/superoffice/auth/jwks.ts';
import { tokenReasons } from '../../../../src/superoffice/auth/verification-result.ts';
import {
  type Claims,
  createSigningPair,
  encode,
  idTokenPayload,
  now,
  seconds,
  signToken,
  systemUserPayload,
  testClientId,
  testIssuer,
  testNonce,
  testTenant,
  toOutcome,
} from '../../../support/tokens.ts';
import { createLoadedJwks, endpoints, guardNetwork, http } from '../harness.ts';

guardNetwork();

const pair = createSigningPair();
const otherPair = createSigningPair();
const config = { issuer: testIssuer, clientId: testClientId, now };
const jwks = await createLoadedJwks(pair);
const verify = createIdTokenVerifier({ jwks, ...config });

async function outcome(
  token: string,
  expected: Parameters<IdTokenVerifier>[1] = { nonce: testNonce },
): Promise<string> {
  return toOutcome(await verify(token, expected));
}

function signed(claims?: Claims, identityClaims?: Claims): string {
  return signToken(pair, idTokenPayload(claims, identityClaims));
}

// certifies R5
describe('rule 1: an id_token has three base64url parts, the first two of them JSON objects', () => {
  const [header, payload, signature] = signed().split('.');

  it('accepts a well-formed id_token', async () => {
    expect(await outcome(signed())).toBe('valid');
  });

  it.each([
    ['an empty string', ''],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${header}.${payload}.${signature}.x`],
    ['no signature', `${header}.${payload}.`],
    ['an empty header', `.${payload}.${signature}`],
    ['standard base64', `${header}.${payload}.ab+/`],
    ['padding', `${header}.${payload}.ab==`],
    ['white space', `${header}.${payload}.${signature}\n`],
    ['an array as payload', `${header}.${encode([1])}.${signature}`],
    ['null as header', `${encode(null)}.${payload}.${signature}`],
    ['a string as payload', `${header}.${encode('x')}.${signature}`],
    ['a payload that is not JSON', `${header}.bm90IGpzb24.${signature}`],
    [
      'invalid UTF-8',
      `${header}.${Buffer.from('{"a":"\xff"}', 'latin1').toString('base64url')}.${signature}`,
    ],
    ['a token that exceeds the size limit', `${header}.${payload}.${'A'.repeat(40_000)}`],
  ])('rejects a malformed token: %s', async (_what, token) => {
    expect(await outcome(token)).toBe('malformed');
  });

  it('rejects a token with a critical header extension', async () => {
    expect(await outcome(signToken(pair, idTokenPayload(), { x5t: pair.x5t, crit: ['exp'] }))).toBe(
      'malformed',
    );
  });

  it('rejects a malformed token before it fetches any key', async () => {
    const emptyJwks = createJwks({ url: endpoints.jwks, http, now });
    const result = await createIdTokenVerifier({ jwks: emptyJwks, ...config })('a.b.c', {
      nonce: testNonce,
    });
    expect(result).toEqual({ valid: false, reason: 'malformed' });
  });
});

describe('rule 2: only RS256 is accepted', () => {
  it('accepts a token signed with RS256', async () => {
    expect(await outcome(signed())).toBe('valid');
  });

  it.each(['none', 'HS256', 'RS512', 'PS256', 'ES256', 'rs256', '', undefined, ['RS256']])(
    'rejects a token whose alg is %j',
    async (alg) => {
      expect(await outcome(signToken(pair, idTokenPayload(), { alg }))).toBe('algorithm');
    },
  );

  it('rejects an HS256 token keyed with the public key', async () => {
    const body = `${encode({ typ: 'JWT', alg: 'HS256', x5t: pair.x5t })}.${encode(idTokenPayload())}`;
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' });
    const forged = `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
    expect(await outcome(forged)).toBe('algorithm');
  });
});

// certifies R5
describe('rule 3: the signature is verified first', () => {
  it('accepts a token signed with the trusted key', async () => {
    expect(await outcome(signed())).toBe('valid');
  });

  it('reports the signature as the reason even when other claims are wrong too', async () => {
    const wrongInAll = idTokenPayload({ exp: 1, nbf: 'x', iss: 'x', aud: 'x' }, { ctx: 'x' });
    expect(await outcome(signToken(otherPair, wrongInAll, { x5t: pair.x5t }))).toBe('signature');
  });

  it('rejects a changed payload under an existing signature', async () => {
    const [header, , signature] = signed().split('.');
    const payload = encode(idTokenPayload({}, { is_administrator: 'True' }));
    expect(await outcome(`${header}.${payload}.${signature}`)).toBe('signature');
  });
});

// certifies R5
describe('rule 4: trusted keys come from configuration, not from the token', () => {
  it('ignores key URLs in the header of a validly signed token', async () => {
    const header = {
      x5t: pair.x5t,
      jku: 'https://evil.example.com/jwks',
      x5u: 'https://evil.example.com/crt',
    };
    expect(await outcome(signToken(pair, idTokenPayload(), header))).toBe('valid');
  });

  it('rejects a token signed with the key in its own jwk header', async () => {
    const jwk = otherPair.publicKey.export({ format: 'jwk' });
    expect(await outcome(signToken(otherPair, idTokenPayload(), { x5t: pair.x5t, jwk }))).toBe('signature');
  });
});

// certifies R5
describe('rule 8: the issuer must match exactly', () => {
  it('accepts the issuer of the configured environment', async () => {
    expect(await outcome(signed({ iss: testIssuer }))).toBe('valid');
  });

  it.each([
    'https://sod.superoffice.com/',
    'https://sod.superoffice.com/login',
    'https://sod.SuperOffice.com',
    'https://online.superoffice.com',
    'http://sod.superoffice.com',
    'SuperOffice AS',
    ['https://sod.superoffice.com'],
    undefined,
  ])('rejects the issuer %j', async (iss) => {
    expect(await outcome(signed({ iss }))).toBe('issuer');
  });
});

// certifies R5
describe('rule 9: the only audience is our client ID', () => {
  it.each([testClientId, [testClientId], [testClientId, testClientId]].map((aud) => [aud]))(
    'accepts the audience %j',
    async (aud) => {
      expect(await outcome(signed({ aud }))).toBe('valid');
    },
  );

  it.each(
    [
      `spn:${testClientId}`,
      `spn:${testTenant.serial}`,
      [testClientId, 'other'],
      [],
      '',
      undefined,
      { 0: testClientId },
    ].map((aud) => [aud]),
  )('rejects the audience %j', async (aud) => {
    expect(await outcome(signed({ aud }))).toBe('audience');
  });
});

// certifies R5
describe('rule 10: exp and nbf are required and enforced', () => {
  it.each([
    ['between nbf and exp', {}],
    ['within the skew after exp', { exp: seconds - 59 }],
    ['within the skew before nbf', { nbf: seconds + 60 }],
  ])('accepts a token at a time %s', async (_what, claims) => {
    expect(await outcome(signed(claims))).toBe('valid');
  });

  it.each([
    ['expired', { exp: seconds - 60 }],
    ['not-yet-valid', { nbf: seconds + 61 }],
    ['time-claims', { exp: undefined }],
    ['time-claims', { nbf: undefined }],
    ['time-claims', { exp: String(seconds + 300) }],
    ['time-claims', { nbf: null }],
  ])('returns reason %s for claims %j', async (reason, claims) => {
    expect(await outcome(signed(claims))).toBe(reason);
  });

  it('applies the configured clock skew', async () => {
    const strict = createIdTokenVerifier({ jwks, ...config, skewSeconds: 0 });
    expect(await strict(signed({ exp: seconds }), { nonce: testNonce })).toEqual({
      valid: false,
      reason: 'expired',
    });
    expect(await strict(signed({ exp: seconds + 1 }), { nonce: testNonce })).toMatchObject({ valid: true });
  });

  it.each([301, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'throws for a configured clock skew of %d',
    (skewSeconds) => {
      expect(() => createIdTokenVerifier({ jwks, ...config, skewSeconds })).toThrow(RangeError);
    },
  );
});

describe('rule 11: iat is accepted in every form that SuperOffice has sent', () => {
  it.each([[seconds], [String(seconds)], [undefined]])('accepts an iat of %j', async (iat) => {
    expect(await outcome(signed({ iat }))).toBe('valid');
  });

  it.each([[''], ['today'], ['1.5'], ['-1'], [true], [null], [{}], [[]]])(
    'rejects an iat of %j',
    async (iat) => {
      expect(await outcome(signed({ iat }))).toBe('iat');
    },
  );
});

describe('rule 12: a sign-in requires the nonce, a refresh the same user', () => {
  const refreshOf = { tenantId: testTenant.tenantId, associateId: testTenant.associateId };

  it('accepts the nonce that was sent', async () => {
    expect(await outcome(signed(), { nonce: testNonce })).toBe('valid');
  });

  it('accepts a refreshed token without a nonce', async () => {
    expect(await outcome(signed({ nonce: undefined }), { refreshOf })).toBe('valid');
  });

  it.each([['another'], [undefined], [''], [[testNonce]]])(
    'rejects a token whose nonce is %j',
    async (nonce) => {
      expect(await outcome(signed({ nonce }))).toBe('nonce');
    },
  );

  it('rejects an empty nonce even when the expected nonce is empty', async () => {
    expect(await outcome(signed({ nonce: '' }), { nonce: '' })).toBe('nonce');
  });

  it('rejects a refreshed token of another tenant', async () => {
    expect(await outcome(signed({}, { ctx: 'Cust2' }), { refreshOf })).toBe('ctx-mismatch');
  });

  it('rejects a refreshed token of another user', async () => {
    expect(await outcome(signed({}, { associateid: '6' }), { refreshOf })).toBe('associate-mismatch');
  });
});

describe('rule 13: the tenant must be valid and match', () => {
  it('accepts a token of the expected tenant', async () => {
    expect(await outcome(signed(), { nonce: testNonce, tenantId: testTenant.tenantId })).toBe('valid');
  });

  it('rejects a token of another tenant than that of the panel', async () => {
    expect(await outcome(signed(), { nonce: testNonce, tenantId: 'Cust54321' })).toBe('ctx-mismatch');
  });

  it.each(['Cust', 'cust12345', 'Cust12345\n', 'Cust12345/..', 'XCust1', 'Cust１', 12345, undefined])(
    'rejects the malformed context identifier %j',
    async (tenantId) => {
      expect(await outcome(signed({}, { ctx: tenantId }))).toBe('ctx-malformed');
    },
  );
});

describe('rule 14: associate and administrator claims', () => {
  it.each(['True', 'true'])('recognizes an administrator by is_administrator %j', async (isAdministrator) => {
    const result = await verify(signed({}, { is_administrator: isAdministrator }), { nonce: testNonce });
    expect(result).toMatchObject({ valid: true, claims: { associateId: 5, isAdministrator: true } });
  });

  it.each(['False', 'TRUE', '1', 'yes', '', true, 1, undefined, ['True']])(
    'does not recognize an administrator by is_administrator %j',
    async (isAdministrator) => {
      const result = await verify(signed({}, { is_administrator: isAdministrator }), { nonce: testNonce });
      expect(result).toMatchObject({ valid: true, claims: { isAdministrator: false } });
    },
  );

  it.each(['', '0', 'five', '5.0', '-5', '0x5', ' 5', '2147483648', '12345678901', 5, undefined])(
    'rejects a token whose associateid is %j',
    async (associateid) => {
      expect(await outcome(signed({}, { associateid }))).toBe('associate');
    },
  );
});

describe('rule 16: no other token is accepted as an id_token', () => {
  it('accepts an id_token', async () => {
    expect(await outcome(signed())).toBe('valid');
  });

  it('rejects a system user JWT signed with the same key', async () => {
    expect(await outcome(signToken(pair, systemUserPayload()))).toBe('issuer');
  });
});

describe('rule 18: only required claims are kept', () => {
  it('returns the known claims', async () => {
    const result = await verify(signed(), { nonce: testNonce });
    expect(result).toEqual({
      valid: true,
      claims: {
        tenantId: 'Cust12345',
        associateId: 5,
        isAdministrator: false,
        companyName: 'Example Company',
        serial: '1801550193',
        upn: 'user@example.com',
        email: 'user@example.com',
        identityProvider: 'superoffice-online',
        webApiUrl: 'https://sod2.superoffice.com/Cust12345/api/',
        systemToken: 'Planlens-AbC123xYz9',
        expiresAt: seconds + 300,
      },
    });
  });

  it('returns neither the token, the nonce nor unknown claims', async () => {
    const token = signed({ secret_of_tomorrow: 'hush' });
    const text = JSON.stringify(await verify(token, { nonce: testNonce }));
    expect(text).not.toContain('hush');
    expect(text).not.toContain(token.split('.')[1]);
    expect(text).not.toContain(testNonce);
  });

  it('accepts a token without optional claims but requires the serial', async () => {
    const absent = { upn: undefined, email: undefined, webapi_url: undefined, system_token: '' };
    expect(await outcome(signed({}, { ...absent, company_name: undefined }))).toBe('valid');
    expect(await outcome(signed({}, { serial: undefined }))).toBe('serial');
  });
});

describe('rule 19: a result carries one reason from a closed list', () => {
  it('returns no reason for a valid token', async () => {
    expect(await verify(signed(), { nonce: testNonce })).not.toHaveProperty('reason');
  });

  it('returns only the reason for an invalid token', async () => {
    expect(await verify(signed({ iss: 'x' }), { nonce: testNonce })).toEqual({
      valid: false,
      reason: 'issuer',
    });
  });

  it('rejects arbitrary text without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.stringMatching(/^[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}$/)),
        async (text) => {
          expect(tokenReasons).toContain(await outcome(text));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('rejects a token with one changed character without throwing', async () => {
    const token = signed();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        async (at, other) => {
          fc.pre(other !== token[at]);
          expect(tokenReasons).toContain(await outcome(token.slice(0, at) + other + token.slice(at + 1)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('rejects claims of arbitrary type without throwing', async () => {
    const names = ['iss', 'aud', 'exp', 'nbf', 'nonce'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.jsonValue(), async (name, value) => {
        fc.pre(!(['exp', 'nbf'].includes(name) && typeof value === 'number'));
        expect(tokenReasons).toContain(await outcome(signed({ [name]: value })));
      }),
      { numRuns: 60 },
    );
  });
});
