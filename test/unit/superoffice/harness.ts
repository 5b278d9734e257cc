import nock from 'nock';
import { afterAll, afterEach, expect } from 'vitest';
import { createJwks, type Jwks } from '../../../src/superoffice/auth/jwks.ts';
import { createAllowedHosts, loginEndpoints } from '../../../src/superoffice/transport/endpoints.ts';
import { createHttp } from '../../../src/superoffice/transport/http.ts';
import { now, type SigningPair, testIssuer, testTime, toJwk } from '../../support/tokens.ts';

export const apiHost = 'https://sod2.superoffice.com';
export const apiUrl = `${apiHost}/Cust12345/api`;
export const endpoints = loginEndpoints(testIssuer);
export const toAllowedUrl = createAllowedHosts(['.superoffice.com']);
export const http = createHttp({ timeoutMs: 3_000 });

/** Blocks the network and fails a test that leaves a mocked response unused. */
export function guardNetwork(): void {
  // At once: some files use the network while they are loaded, and a file before restored it.
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect(pending).toEqual([]);
  });
  afterAll(() => nock.restore());
}

export function createClock(start = testTime) {
  let time = start;
  return {
    now: () => time,
    advance(ms: number) {
      time += ms;
    },
  };
}

/** Responds to the next JWKS request with these entries. */
export function serveKeys(...keys: unknown[]): void {
  nock(testIssuer).get('/login/.well-known/jwks').reply(200, { keys });
}

/** A JWKS cache that contains the public keys of the pairs. */
export async function createLoadedJwks(...pairs: SigningPair[]): Promise<Jwks> {
  serveKeys(...pairs.map((pair) => toJwk(pair)));
  const jwks = createJwks({ url: endpoints.jwks, http, now });
  await jwks.prefetch();
  return jwks;
}
