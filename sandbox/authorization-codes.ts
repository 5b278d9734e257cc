import { createHash } from 'node:crypto';
import { randomToken } from './credentials.ts';

const validMs = 10 * 60 * 1000;

/** The grant behind an authorization code. */
export interface Grant {
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly challengeMethod: string;
  readonly nonce: string | undefined;
  readonly tenantId: string;
  readonly associateId: number;
}

export interface AuthorizationCodes {
  issue(grant: Grant): string;
  /**
   * Returns the grant of a code once and within 10 minutes
   * (docs/superoffice/auth.md#21-authorize-request), else undefined.
   */
  consume(code: string): Grant | undefined;
  reset(): void;
}

/** Creates the store of authorization codes. */
export function createAuthorizationCodes(deps: { now: () => number }): AuthorizationCodes {
  const codes = new Map<string, { grant: Grant; until: number }>();
  return {
    issue: (grant) => {
      const code = randomToken(64);
      codes.set(code, { grant, until: deps.now() + validMs });
      return code;
    },
    consume: (code) => {
      const entry = codes.get(code);
      codes.delete(code);
      return entry && entry.until >= deps.now() ? entry.grant : undefined;
    },
    reset: () => codes.clear(),
  };
}

/** Checks the PKCE verifier of a token request against the challenge of the authorize request (RFC 7636). */
export function isVerifierValid(grant: Grant, verifier: string | undefined): boolean {
  if (grant.challenge === undefined) return verifier === undefined;
  if (verifier === undefined) return false;
  const hashed = createHash('sha256').update(verifier).digest('base64url');
  return grant.challenge === (grant.challengeMethod === 'S256' ? hashed : verifier);
}
