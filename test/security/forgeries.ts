import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import {
  type Claims,
  createSigningPair,
  encode,
  idTokenPayload,
  seconds,
  signToken,
  stateChangePayload,
  systemUserPayload,
  testClientId,
  testIssuer,
  testNonce,
  testTenant,
  toIdentityClaims,
} from '../support/tokens.ts';

/** Key URL in the headers of forged tokens; it must never be requested. */
const lureUrl = 'http://127.0.0.1:9/keys';

/** SuperOffice's key, and the key of an attacker. */
export const genuine = createSigningPair();
const foreign = createSigningPair();
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export type TokenKind = 'id-token' | 'system-user' | 'state-change';

const createPayload: Readonly<Record<TokenKind, (claims?: Claims, own?: Claims) => Claims>> = {
  'id-token': idTokenPayload,
  'system-user': systemUserPayload,
  'state-change': stateChangePayload,
};

/** Creates a genuine token. */
export function genuineToken(kind: TokenKind, claims: Claims = {}, own: Claims = {}): string {
  return signToken(genuine, createPayload[kind](claims, own));
}

/** Tokens with a genuine signature that are invalid, each for another reason. */
export function misissuedTokens(kind: TokenKind): readonly string[] {
  const token = (claims: Claims, own: Claims = {}) => genuineToken(kind, claims, own);
  const issuers = [
    '',
    'https://online.superoffice.com',
    `${testIssuer}/`,
    testIssuer.toUpperCase(),
    'SuperOffice',
    [testIssuer],
    null,
    1,
  ];
  const audiences = [
    '',
    'other',
    `${testClientId} `,
    [testClientId, 'other'],
    [],
    {},
    null,
    `spn:${testTenant.serial}0`,
    [[testClientId]],
  ];
  const tenants = [
    'Cust99999',
    'cust12345',
    'Cust12345 ',
    'Cust12345\r\nX: 1',
    'Cust',
    '../Cust12345',
    ['Cust12345'],
    12345,
    {},
    '',
  ];
  const times = [
    { exp: seconds - 61 },
    { exp: 0 },
    { exp: -1 },
    { exp: String(seconds + 300) },
    { exp: null },
    { exp: {} },
    { exp: [seconds + 300] },
    { exp: undefined },
    { nbf: seconds + 61 },
    { nbf: String(seconds) },
    { nbf: null },
    { nbf: undefined },
    { nbf: 1e30 },
    { iat: 'yesterday' },
    { iat: null },
    { iat: {} },
    { iat: [seconds] },
    { iat: true },
  ];
  return [
    ...issuers.map((iss) => token({ iss })),
    ...audiences.map((aud) => token({ aud })),
    ...tenants.map((tenantId) => token({}, { ctx: tenantId })),
    ...times.map((time) => token(time)),
    ...wrongClaimsByKind[kind].map(([claims, own]) => token(claims, own)),
    ...otherKinds(kind).map((other) => genuineToken(other)),
    signToken(genuine, createPayload[kind](), { x5t: genuine.x5t, crit: ['b64'], b64: false }),
    // Of two claims with the same name the last counts; here it is the wrong one.
    withDuplicateIssuer(kind),
  ];
}

const wrongClaimsByKind: Readonly<Record<TokenKind, readonly (readonly [Claims, Claims])[]>> = {
  'id-token': [
    ...['', 'other', testNonce.toLowerCase(), [testNonce], null, 1, undefined].map(
      (nonce) => [{ nonce }, {}] as const,
    ),
    ...['0', '-1', '5.5', '5e0', '0x5', ' 5', '2147483648', '99999999999', 5, ['5'], '', undefined].map(
      (associateid) => [{}, { associateid }] as const,
    ),
    ...['', undefined, 1801550193, ['1801550193']].map((serial) => [{}, { serial }] as const),
  ],
  'system-user': [
    ...['', undefined, 7, ['7T:x'], '7T:x\r\nX: 1', 'ticket with spaces', 'tïcket', '\u0000'].map(
      (ticket) => [{}, { ticket }] as const,
    ),
    ...['1801550194', '', 1801550193].map((serial) => [{}, { serial }] as const),
  ],
  'state-change': [
    [{ nonce: testNonce }, {}],
    [{}, { associateid: '5' }],
    [{}, { ticket: '7T:x' }],
  ],
};

function otherKinds(kind: TokenKind): readonly TokenKind[] {
  return (['id-token', 'system-user', 'state-change'] as const).filter((each) => each !== kind);
}

function withDuplicateIssuer(kind: TokenKind): string {
  const payload = JSON.stringify(createPayload[kind]()).replace(/\}$/, ',"iss":"https://evil.example"}');
  const signed = `${encode({ typ: 'JWT', alg: 'RS256', x5t: genuine.x5t })}.${Buffer.from(payload).toString('base64url')}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), genuine.privateKey).toString('base64url')}`;
}

/** Tokens with correct claims and a signature created without SuperOffice's key. */
export function forgedTokens(kind: TokenKind): fc.Arbitrary<string> {
  const payload = fc.constantFrom(
    createPayload[kind](),
    createPayload[kind]({}, { is_administrator: 'True' }),
  );
  return fc.oneof(
    unsignedTokens(payload),
    hmacTokens(payload),
    otherAlgorithmTokens(payload),
    fc.tuple(payload, hostileHeaders()).map(([claims, header]) => signToken(foreign, claims, header)),
    fc
      .tuple(payload, hostileHeaders())
      .map(([claims, header]) => withBorrowedSignature(kind, claims, header)),
  );
}

function unsignedTokens(payload: fc.Arbitrary<Claims>): fc.Arbitrary<string> {
  const none = fc.constantFrom('none', 'None', 'NONE', 'nOnE', '', null, undefined, 0, [], 'RS256 ', [
    'RS256',
  ]);
  const ending = fc.constantFrom('', '.', '.AA', `.${'A'.repeat(342)}`);
  return fc
    .tuple(payload, none, ending)
    .map(([claims, alg, end]) => `${encode({ typ: 'JWT', alg, x5t: genuine.x5t })}.${encode(claims)}${end}`);
}

/** The algorithm confusion attack: an HMAC with the public key as secret. */
function hmacTokens(payload: fc.Arbitrary<Claims>): fc.Arbitrary<string> {
  const { publicKey } = genuine;
  const secrets = [
    publicKey.export({ type: 'spki', format: 'pem' }),
    publicKey.export({ type: 'pkcs1', format: 'pem' }),
    publicKey.export({ type: 'spki', format: 'der' }),
    genuine.certificate,
    genuine.certificate.toString('base64'),
    String(publicKey.export({ format: 'jwk' }).n),
    '',
  ];
  return fc
    .tuple(payload, fc.constantFrom(...secrets), fc.constantFrom('HS256', 'HS384', 'HS512', 'RS256'))
    .map(([claims, secret, alg]) => {
      const signed = `${encode({ typ: 'JWT', alg, x5t: genuine.x5t })}.${encode(claims)}`;
      const digest = alg === 'RS256' ? 'sha256' : `sha${alg.slice(2)}`;
      return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`;
    });
}

function otherAlgorithmTokens(payload: fc.Arbitrary<Claims>): fc.Arbitrary<string> {
  const algorithms: readonly (readonly [string, string, KeyObject])[] = [
    ['RS384', 'RSA-SHA384', genuine.privateKey],
    ['RS512', 'RSA-SHA512', genuine.privateKey],
    ['RS256', 'RSA-SHA384', genuine.privateKey],
    ['RS256', 'RSA-SHA1', genuine.privateKey],
    ['ES256', 'sha256', elliptic.privateKey],
    ['PS256', 'RSA-SHA256', genuine.privateKey],
  ];
  return fc.tuple(payload, fc.constantFrom(...algorithms)).map(([claims, [alg, digest, key]]) => {
    const signed = `${encode({ typ: 'JWT', alg, x5t: genuine.x5t })}.${encode(claims)}`;
    return `${signed}.${sign(digest, Buffer.from(signed), key).toString('base64url')}`;
  });
}

/** Headers that inject a key or its URL, or that contain invalid key ids. */
function hostileHeaders(): fc.Arbitrary<Claims> {
  const own = foreign.publicKey.export({ format: 'jwk' });
  const name = fc.oneof(
    fc.constantFrom<unknown>(
      genuine.x5t,
      genuine.kid,
      foreign.x5t,
      foreign.kid,
      '',
      null,
      0,
      [],
      {},
      [genuine.kid],
      lureUrl,
    ),
    fc.constantFrom(
      '../../dev/null',
      "' or 1=1 --",
      '__proto__',
      'constructor',
      '\u0000',
      '\r\nX: 1',
      'a'.repeat(20_000),
    ),
    fc.string(),
  );
  const injected = fc.constantFrom<Claims>(
    {},
    { jwk: own },
    { jku: lureUrl },
    { x5u: lureUrl },
    { x5c: [foreign.certificate.toString('base64')] },
    { jwk: own, jku: lureUrl, x5u: lureUrl, x5c: [foreign.certificate.toString('base64')] },
    { zip: 'DEF' },
    { cty: 'JWT' },
    { typ: 'at+jwt' },
    { enc: 'A256GCM' },
  );
  return fc
    .tuple(name, name, injected, fc.boolean())
    .map(([kid, x5t, rest, both]) => ({ ...rest, kid, ...(both && { x5t }) }));
}

/** Attaches the genuine signature of another token. */
function withBorrowedSignature(kind: TokenKind, claims: Claims, header: Claims): string {
  const [, , signature] = genuineToken(kind, { exp: seconds + 299 }).split('.');
  return `${encode({ typ: 'JWT', alg: 'RS256', ...header })}.${encode(claims)}.${signature}`;
}

/** Mutations of a genuine token: truncated, extended, re-encoded, or with a changed character. */
export function mutatedTokens(token: string): fc.Arbitrary<string> {
  const position = fc.nat(token.length - 1);
  const character = fc.constantFrom(...'ABCabc019-_=+/. \n\u0000é😀');
  const mutations = fc.oneof(
    position.map((at) => token.slice(0, at)),
    position.map((at) => token.slice(at + 1)),
    fc.tuple(position, character).map(([at, by]) => token.slice(0, at) + by + token.slice(at + 1)),
    fc.tuple(position, character).map(([at, by]) => token.slice(0, at) + by + token.slice(at)),
    fc.constantFrom('', ' ', '\n', '=', '==', '.', '.e30').map((end) => token + end),
    fc.constantFrom(
      ` ${token}`,
      `Bearer ${token}`,
      `${token.replaceAll('-', '+').replaceAll('_', '/')}=`,
      token.toLowerCase(),
      token.split('.').reverse().join('.'),
    ),
    fc.constantFrom(
      token.repeat(2),
      `${token}.${token}`,
      token + 'A'.repeat(40_000),
      'A'.repeat(1_000_000),
      '.'.repeat(100_000),
    ),
    fc.string({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .json()
      .map(
        (json) =>
          `${Buffer.from(json).toString('base64url')}.${Buffer.from(json).toString('base64url')}.AAAA`,
      ),
  );
  return mutations.filter((each) => each !== token);
}

/** Tokens with a genuine signature and arbitrary JSON as payload. */
export function arbitraryPayloads(): fc.Arbitrary<string> {
  return fc.json({ maxDepth: 6 }).map((json) => signToken(genuine, JSON.parse(json)));
}

const wrongTypes: readonly unknown[] = [null, true, [], {}, { toString: 'x' }, -1, ''];
const wrongTypesAndTexts = [...wrongTypes, '\u0000', 'x'.repeat(5_000)];
const commonMistypedClaims = {
  iss: wrongTypesAndTexts,
  aud: wrongTypesAndTexts,
  exp: wrongTypes,
  nbf: [...wrongTypes.slice(0, 5), 1e308, ''],
};
const mistypedClaimValues: Readonly<Record<TokenKind, Readonly<Record<string, readonly unknown[]>>>> = {
  'id-token': {
    ...commonMistypedClaims,
    nonce: wrongTypesAndTexts,
    ...toIdentityClaims({
      ctx: wrongTypesAndTexts,
      associateid: wrongTypesAndTexts,
      serial: [...wrongTypes, '\u0000'],
    }),
  } as Record<string, readonly unknown[]>,
  'system-user': {
    ...commonMistypedClaims,
    ...toIdentityClaims({ ticket: [...wrongTypes, '\u0000'] }),
  } as Record<string, readonly unknown[]>,
  'state-change': commonMistypedClaims,
};

/** Tokens with a genuine signature and a required claim of each wrong type. */
export function mistypedClaims(kind: TokenKind): fc.Arbitrary<string> {
  const wrong = Object.entries(mistypedClaimValues[kind]).flatMap(([name, values]) =>
    values.map((value) => ({ [name]: value })),
  );
  return fc
    .constantFrom(...wrong)
    .map((claims) => signToken(genuine, { ...createPayload[kind](), ...claims }));
}
