import nock from 'nock';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { createJwks, type Jwks } from '../../../src/superoffice/auth/jwks.ts';
import { createAllowedHosts, loginEndpoints } from '../../../src/superoffice/transport/endpoints.ts';
import { createHttp } from '../../../src/superoffice/transport/http.ts';
import { ISSUER, jwkOf, NOW, now, type SigningPair } from '../../support/tokens.ts';

export const API_HOST = 'https://sod2.superoffice.com';
export const API = `${API_HOST}/Cust12345/api`;
export const endpoints = loginEndpoints(ISSUER);
export const toAllowedUrl = createAllowedHosts(['.superoffice.com']);
export const http = createHttp({ timeoutMs: 3_000 });

/** No test here reaches the network, and none leaves an answer unasked for. */
export function guardNetwork(): void {
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect(pending).toEqual([]);
  });
  afterAll(() => nock.restore());
}

export function createClock(at = NOW) {
  let time = at;
  return {
    now: () => time,
    advance(ms: number) {
      time += ms;
    },
  };
}

/** Answers the next request for keys with these JWKS entries. */
export function serveKeys(...keys: unknown[]): void {
  nock(ISSUER).get('/login/.well-known/jwks').reply(200, { keys });
}

/** A real key set that already holds the pairs' keys. */
export async function loadedKeySet(...pairs: SigningPair[]): Promise<Jwks> {
  serveKeys(...pairs.map((pair) => jwkOf(pair)));
  const jwks = createJwks({ url: endpoints.jwks, http, now });
  await jwks.prefetch();
  return jwks;
}
