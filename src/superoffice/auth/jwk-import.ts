import { KeyObject, X509Certificate } from 'node:crypto';
import { importJWK } from 'jose';
import { z } from 'zod';

/** A key SuperOffice signs tokens with, and every name a token may call it by. */
export interface SigningKey {
  readonly key: KeyObject;
  readonly names: ReadonlySet<string>;
  /** The certificate's SHA-1 as lower-case hex, '' if the entry has none. */
  readonly thumbprint: string;
}

const Jwk = z.object({
  kty: z.literal('RSA'),
  use: z.literal('sig').nullish(),
  alg: z.literal('RS256').nullish(),
  kid: z.string().nullish(),
  x5t: z.string().nullish(),
  n: z.string().nullish(),
  e: z.string().nullish(),
  x5c: z.array(z.string()).nullish(),
});
type Jwk = z.infer<typeof Jwk>;

const jwksSchema = z.object({ keys: z.array(z.unknown()) });
const LEAST_MODULUS_BITS = 2048;

/**
 * The RSA signing keys of a JWKS document. An entry that is for something else, unreadable or too short is
 * left out and never spoils the others (docs/superoffice/auth.md#rule-7); anything but a JWKS gives no keys.
 */
export async function signingKeys(document: unknown): Promise<SigningKey[]> {
  const jwks = jwksSchema.safeParse(document);
  if (!jwks.success) return [];
  const keys = await Promise.all(jwks.data.keys.map(signingKey));
  return keys.filter((key) => key !== null);
}

async function signingKey(entry: unknown): Promise<SigningKey | null> {
  const jwk = Jwk.safeParse(entry);
  if (!jwk.success) return null;
  const key = await publicKey(jwk.data).catch(() => null);
  if (key?.asymmetricKeyType !== 'rsa') return null;
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_MODULUS_BITS) return null;
  const { kid, x5t } = jwk.data;
  const names = new Set([kid, x5t].filter((name): name is string => Boolean(name)));
  return { key, names, thumbprint: Buffer.from(x5t ?? '', 'base64url').toString('hex') };
}

async function publicKey({ n, e, x5c }: Jwk): Promise<KeyObject | null> {
  if (n && e) {
    const imported = await importJWK({ kty: 'RSA', n, e }, 'RS256');
    return imported instanceof Uint8Array ? null : KeyObject.from(imported);
  }
  const certificate = x5c?.[0];
  return certificate === undefined ? null : new X509Certificate(Buffer.from(certificate, 'base64')).publicKey;
}
