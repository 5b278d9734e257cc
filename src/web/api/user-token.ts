import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { deriveKeyring, type Keyring } from '../../crypto/keyring.ts';

/** What the token of a browser's user says. */
interface UserTokenContent {
  readonly tenantId: string;
  /** The id of the publishable key beside which the token counts. */
  readonly keyId: string;
  /** The id of the secret key with which it was made. */
  readonly madeBy: string;
  /** The only user about whom the browser may ask. */
  readonly associateId: number;
}

/** Makes and verifies the tokens with which browsers ask about their user. */
export interface UserTokens {
  /** @returns a token for at most 15 minutes, and when it expires, ms since 1970 */
  mint(content: UserTokenContent): { readonly token: string; readonly expiresAt: number };
  /** @returns null if the signature, the form or the lifetime is invalid */
  verify(token: string): (UserTokenContent & { readonly expiresAt: number }) | null;
}

const lifetimeMs = 15 * 60_000;
/** What the clocks of two processes may differ, seconds. */
const clockSkewSeconds = 60;

/** No header that changes how a token is read, such as `crit` or `b64`. */
const headerSchema = z.strictObject({ alg: z.literal('HS256'), typ: z.literal('JWT'), kid: z.string() });

const claimsSchema = z.object({
  sub: z.string().regex(/^[1-9]\d{0,9}$/),
  tenant: z.string().min(1),
  key: z.uuid(),
  by: z.uuid(),
  iat: z.int(),
  exp: z.int(),
});

/** Tokens are signed by the app itself, with keys of their own, so that every process can verify them. */
export function createUserTokens(deps: {
  keys: Keyring;
  /** The issuer. */
  publicUrl: string;
  /** Ms since 1970. */
  now: () => number;
}): UserTokens {
  const { publicUrl: issuer, now } = deps;
  const audience = `${issuer}/api`;
  const keys = deriveKeyring(deps.keys, 'api user token');

  return {
    mint({ tenantId, keyId, madeBy, associateId }) {
      const { id, key } = keys.current;
      const iat = Math.floor(now() / 1_000);
      const exp = iat + lifetimeMs / 1_000;
      const claims = { sub: String(associateId), tenant: tenantId, key: keyId, by: madeBy, iat, exp };
      const token = jwt.sign(claims, key, { algorithm: 'HS256', keyid: id, issuer, audience });
      return { token, expiresAt: exp * 1_000 };
    },

    verify(token) {
      try {
        // Decoding throws as well if a part of the token is not JSON.
        const { kid } = headerSchema.parse(jwt.decode(token, { complete: true })?.header);
        const key = keys.byId.get(kid);
        if (key === undefined) return null;
        const clockTimestamp = Math.floor(now() / 1_000);
        const options = { algorithms: ['HS256' as const], issuer, audience, clockTimestamp };
        const { sub, tenant, key: keyId, by, iat, exp } = claimsSchema.parse(jwt.verify(token, key, options));
        if (iat > clockTimestamp + clockSkewSeconds || exp - iat > lifetimeMs / 1_000) return null;
        return {
          tenantId: tenant,
          keyId,
          madeBy: by,
          associateId: Number(sub),
          expiresAt: exp * 1_000,
        };
      } catch {
        return null;
      }
    },
  };
}
