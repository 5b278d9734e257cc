import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdTokenVerifier } from '../../src/superoffice/auth/id-token.ts';
import { createJwks } from '../../src/superoffice/auth/jwks.ts';
import { createSystemUserJwtVerifier } from '../../src/superoffice/auth/system-user-jwt.ts';
import { tokenReasons, type VerificationResult } from '../../src/superoffice/auth/verification-result.ts';
import {
  audienceForms,
  createStateChangeTokenVerifier,
} from '../../src/superoffice/callbacks/state-change-notification.ts';
import { scaleRuns } from '../support/long-form.ts';
import { now, testClientId, testIssuer, testNonce, testTenant, toJwk } from '../support/tokens.ts';
import {
  arbitraryPayloads,
  forgedTokens,
  genuine,
  genuineToken,
  misissuedTokens,
  mistypedClaims,
  mutatedTokens,
  type TokenKind,
} from './forgeries.ts';

const jwksUrl = `${testIssuer}/login/.well-known/jwks`;
const kinds: readonly TokenKind[] = ['id-token', 'system-user', 'state-change'];

describe('forged and misused tokens', () => {
  const requestedUrls = new Set<string>();
  let calls = 0;
  const jwks = createJwks({
    url: jwksUrl,
    now,
    http: {
      async request({ url }) {
        requestedUrls.add(url);
        calls += 1;
        return {
          status: 200,
          headers: {},
          body: { keys: [toJwk(genuine), toJwk(genuine, { kid: 'second', x5t: 'second', x5c: undefined })] },
        };
      },
    },
  });
  const deps = { jwks, now, issuer: testIssuer, clientId: testClientId };
  const idToken = createIdTokenVerifier(deps);
  const systemUser = createSystemUserJwtVerifier(deps);
  const stateChange = createStateChangeTokenVerifier({
    ...deps,
    audiences: audienceForms,
  });
  const verify: Readonly<Record<TokenKind, (token: string) => Promise<VerificationResult<unknown>>>> = {
    'id-token': (token) => idToken(token, { nonce: testNonce, tenantId: testTenant.tenantId }),
    'system-user': (token) => systemUser(token, testTenant),
    'state-change': (token) =>
      stateChange(token, { ...testTenant, findSerial: async () => testTenant.serial }),
  };

  async function expectRejected(kind: TokenKind, token: string): Promise<void> {
    const result = await verify[kind](token);
    if (result.valid) throw new Error(`accepted as ${kind}: ${token.slice(0, 2_000)}`);
    expect(tokenReasons).toContain(result.reason);
  }
  const assertRejected = (kind: TokenKind, tokens: fc.Arbitrary<string>, long: number) =>
    fc.assert(
      fc.asyncProperty(tokens, (token) => expectRejected(kind, token)),
      { numRuns: scaleRuns(long) },
    );

  describe.each(kinds)('token verification as %s', (kind) => {
    it('accepts the genuine token, which proves that the rejections are meaningful', async () => {
      expect(await verify[kind](genuineToken(kind))).toMatchObject({ valid: true });
    });

    it('rejects a token that SuperOffice signed for another purpose, time, tenant or user', async () => {
      for (const token of misissuedTokens(kind)) await expectRejected(kind, token);
    });

    it('rejects claims of the wrong type', () => assertRejected(kind, mistypedClaims(kind), 1_000));

    it('rejects arbitrary JSON as payload', () => assertRejected(kind, arbitraryPayloads(), 500));

    it('rejects tokens created without the signing key', () =>
      assertRejected(kind, forgedTokens(kind), 4_000));

    it('rejects an altered genuine token', () =>
      assertRejected(kind, mutatedTokens(genuineToken(kind)), 4_000));
  });

  it('fetches keys rarely and only from the configured JWKS URL, whatever a token header says', () => {
    expect([...requestedUrls]).toEqual([jwksUrl]);
    expect(calls, 'number of key requests while the clock does not advance').toBeLessThanOrEqual(2);
  });
});
