import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { createJwks } from '../../../../src/superoffice/auth/jwks.ts';
import { createSigningPair, type SigningPair, testIssuer, toJwk } from '../../../support/tokens.ts';
import { expectRejection } from '../expect-rejection.ts';
import { createClock, endpoints, guardNetwork, http, serveKeys } from '../harness.ts';

guardNetwork();

const one = createSigningPair();
const two = createSigningPair();
const three = createSigningPair();
const minute = 60_000;

function setUp() {
  const clock = createClock();
  return { clock, jwks: createJwks({ url: endpoints.jwks, http, now: clock.now }) };
}

/** A JWKS cache that contains the keys of these pairs, and its clock. */
async function setUpWithKeys(...pairs: SigningPair[]) {
  const opened = setUp();
  serveKeys(...pairs.map((pair) => toJwk(pair)));
  await opened.jwks.prefetch();
  return opened;
}

type Hint = Parameters<ReturnType<typeof createJwks>['findKey']>[0];

async function findPair(
  jwks: ReturnType<typeof createJwks>,
  hint: Hint,
): Promise<SigningPair | null | 'unknown key'> {
  const key = await jwks.findKey(hint);
  if (key === null) return null;
  return [one, two, three].find((pair) => pair.publicKey.equals(key)) ?? 'unknown key';
}

function failKeys(status = 503): void {
  nock(testIssuer).get('/login/.well-known/jwks').reply(status, 'down');
}

describe('rule 5: selects the key named by kid or x5t', () => {
  it.each([
    ['its kid', { kid: two.kid }, {}],
    ['its x5t', { x5t: two.x5t }, {}],
    ['its x5t as kid', { kid: two.x5t }, {}],
    ['its thumbprint if the entry has no kid', { kid: two.kid }, { kid: undefined }],
    ['its thumbprint in lower case', { kid: two.kid.toLowerCase() }, { kid: undefined }],
    ['a kid that is the base64url thumbprint', { x5t: two.x5t }, { kid: two.x5t, x5t: undefined }],
  ])('finds the key by %s', async (_how, hint, overrides) => {
    serveKeys(toJwk(one), toJwk(two, overrides));
    expect(await findPair(setUp().jwks, hint)).toBe(two);
  });

  it('prefers kid over x5t', async () => {
    serveKeys(toJwk(one), toJwk(two));
    expect(await findPair(setUp().jwks, { kid: one.kid, x5t: two.x5t })).toBe(one);
  });

  it('selects the only key when neither kid nor x5t is given', async () => {
    serveKeys(toJwk(one));
    expect(await findPair(setUp().jwks, {})).toBe(one);
  });

  it('selects the only key for an unknown kid after one more fetch', async () => {
    const { jwks } = await setUpWithKeys(one);
    serveKeys(toJwk(one));
    expect(await findPair(jwks, { kid: 'unknown' })).toBe(one);
  });

  it('selects no key out of two when neither kid nor x5t is given', async () => {
    serveKeys(toJwk(one), toJwk(two));
    expect(await findPair(setUp().jwks, {})).toBeNull();
  });

  it('selects no key out of two for an unknown x5t', async () => {
    serveKeys(toJwk(one), toJwk(two));
    serveKeys(toJwk(one), toJwk(two));
    expect(await findPair(setUp().jwks, { x5t: 'unknown' })).toBeNull();
  });

  it('does not match an empty kid to a key without a thumbprint', async () => {
    const nameless = [toJwk(one, { x5t: undefined }), toJwk(two, { x5t: '' })];
    serveKeys(...nameless);
    serveKeys(...nameless);
    expect(await findPair(setUp().jwks, { kid: '' })).toBeNull();
  });
});

describe('rule 6: JWKS refreshes are shared and limited to one per interval', () => {
  it('fetches the JWKS once for concurrent callers and caches it', async () => {
    const { jwks } = setUp();
    serveKeys(toJwk(one));
    const keys = await Promise.all(Array.from({ length: 100 }, () => findPair(jwks, { kid: one.kid })));
    expect(new Set(keys)).toEqual(new Set([one]));
    expect(await findPair(jwks, { x5t: one.x5t })).toBe(one);
  });

  it('refreshes immediately for an unknown key, even right after the first fetch', async () => {
    const { jwks } = await setUpWithKeys(one);
    serveKeys(toJwk(one), toJwk(two));
    const finding = [findPair(jwks, { kid: two.kid }), findPair(jwks, { kid: two.kid })];
    expect(await Promise.all(finding)).toEqual([two, two]);
  });

  it('refreshes again for an unknown key only after the minimum interval', async () => {
    const { jwks, clock } = await setUpWithKeys(one);
    serveKeys(toJwk(one), toJwk(two));
    expect(await findPair(jwks, { kid: 'unknown' })).toBeNull();
    clock.advance(29_999);
    expect(await findPair(jwks, { kid: three.kid })).toBeNull();
    clock.advance(1);
    serveKeys(toJwk(one), toJwk(two), toJwk(three));
    expect(await findPair(jwks, { kid: three.kid })).toBe(three);
  });

  it.each([
    ['fails', () => failKeys()],
    ['returns no usable key', () => serveKeys()],
  ])('keeps the cached keys when a refresh %s', async (_how, refresh) => {
    const { jwks, clock } = await setUpWithKeys(one, two);
    clock.advance(minute);
    refresh();
    expect(await findPair(jwks, { kid: 'unknown' })).toBeNull();
    expect(await findPair(jwks, { kid: one.kid })).toBe(one);
    expect(await findPair(jwks, { kid: two.kid })).toBe(two);
  });

  it('drops a withdrawn key within a day', async () => {
    const { jwks, clock } = await setUpWithKeys(one, two);
    clock.advance(24 * 60 * minute);
    serveKeys(toJwk(two));
    expect(await findPair(jwks, { kid: two.kid })).toBe(two);
    clock.advance(minute);
    serveKeys(toJwk(two), toJwk(createSigningPair()));
    expect(await findPair(jwks, { kid: one.kid })).toBeNull();
  });

  it('uses expired cached keys while SuperOffice is unavailable', async () => {
    const { jwks, clock } = await setUpWithKeys(one);
    clock.advance(48 * 60 * minute);
    failKeys();
    expect(await findPair(jwks, { kid: one.kid })).toBe(one);
  });

  it('reports the fetch error while no keys are cached and retries after one second', async () => {
    const { jwks, clock } = setUp();
    failKeys(503);
    expect(await expectRejection(jwks.prefetch())).toMatchObject({ code: 'server-error', status: 503 });
    expect(await expectRejection(jwks.findKey({ kid: one.kid }))).toMatchObject({ code: 'server-error' });
    clock.advance(1_000);
    serveKeys(toJwk(one));
    expect(await findPair(jwks, { kid: one.kid })).toBe(one);
  });

  it.each([
    ['HTML', '<html>'],
    ['keys that are not a list', { keys: 'none' }],
    ['an empty body', ''],
  ])('rejects a JWKS response that contains %s', async (_what, body) => {
    nock(testIssuer).get('/login/.well-known/jwks').reply(200, body);
    expect(await expectRejection(setUp().jwks.prefetch())).toMatchObject({ code: 'unexpected-response' });
  });
});

describe('rule 7: unusable JWKS entries are skipped', () => {
  it('reads a key from its certificate when modulus and exponent are missing', async () => {
    serveKeys(toJwk(one), toJwk(two, { n: undefined, e: undefined }));
    expect(await findPair(setUp().jwks, { kid: two.kid })).toBe(two);
  });

  it.each([
    ['has neither modulus nor certificate', toJwk(two, { n: undefined, x5c: undefined })],
    ['has a broken certificate', toJwk(two, { n: undefined, x5c: ['bm90IGEgY2VydA=='] })],
    ['has an empty certificate list', toJwk(two, { e: undefined, x5c: [] })],
    ['is for encryption', toJwk(two, { use: 'enc' })],
    ['is for another algorithm', toJwk(two, { alg: 'RS512' })],
    ['is too short', toJwk(createSigningPair(1024))],
    ['has another key type', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: two.kid }],
    ['is not an object', 'key'],
    ['is null', null],
  ])('skips an entry and keeps the other keys when the entry %s', async (_what, entry) => {
    serveKeys(entry, toJwk(one));
    expect(await findPair(setUp().jwks, {})).toBe(one);
  });
});
