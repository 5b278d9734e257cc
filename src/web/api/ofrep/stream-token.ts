import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { deriveKeyring, type Keyring } from '../../../crypto/keyring.ts';

const claimsSchema = z.object({
  tenantId: z.string(),
  associateId: z.int(),
  /** The keys that the stream rests on. */
  keyIds: z.array(z.string()).min(1),
  /** The version of the license data that the client has (`dataVersion`). */
  seen: z.string(),
  exp: z.int(),
});

/** What a stream reports changes of, and to whom. */
export interface StreamClaims {
  readonly tenantId: string;
  readonly associateId: number;
  /** The keys that the stream rests on: it ends when one of them is revoked. */
  readonly keyIds: readonly string[];
  /** The version of the license data that the client has. */
  readonly seen: string;
  /** When the stream must end, ms since 1970. */
  readonly expiresAt: number;
}

/** Tokens in the addresses of event streams: a browser's `EventSource` cannot send headers. */
export interface StreamTokens {
  /** The same claims give the same token, in every process. */
  sign(claims: StreamClaims): string;
  /** Null if the signature or the lifetime is invalid. */
  verify(token: string): StreamClaims | null;
}

const secondMs = 1_000;

/** Creates signed tokens that serve no other use, for one origin. `now` in ms since 1970. */
export function createStreamTokens(deps: {
  keys: Keyring;
  /** The issuer. */
  publicUrl: string;
  now: () => number;
}): StreamTokens {
  const { publicUrl: issuer, now } = deps;
  const keyring = deriveKeyring(deps.keys, 'event stream');
  return {
    sign({ expiresAt, ...claims }) {
      const { id, key } = keyring.current;
      const payload = { ...claims, exp: Math.floor(expiresAt / secondMs) };
      return jwt.sign(payload, key, { algorithm: 'HS256', keyid: id, issuer, noTimestamp: true });
    },
    verify(token) {
      try {
        // Decoding throws as well if a part of the token is not JSON.
        const keyId = jwt.decode(token, { complete: true })?.header.kid;
        const key = keyring.byId.get(keyId ?? '');
        if (key === undefined) return null;
        const clockTimestamp = Math.floor(now() / secondMs);
        const verified = jwt.verify(token, key, { algorithms: ['HS256'], issuer, clockTimestamp });
        const { exp, ...claims } = claimsSchema.parse(verified);
        return { ...claims, expiresAt: exp * secondMs };
      } catch {
        return null;
      }
    },
  };
}
