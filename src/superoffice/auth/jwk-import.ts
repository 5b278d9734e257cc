import { KeyObject, X509Certificate } from 'node:crypto';
import { importJWK } from 'jose';
import { z } from 'zod';

/** A key that SuperOffice signs tokens with. */
export interface SigningKey {
  readonly key: KeyObject;
  /** The `kid` and `x5t` values by which a token header may name it. */
  readonly names: ReadonlySet<string>;
  /** The certificate's SHA-1 as lower-case hex, empty if the entry has none. */
  readonly thumbprint: string;
}

const jwkSchema = z.object({
  kty: z.literal('RSA'),
  use: z.literal('sig').nullish(),
  alg: z.literal('RS256').nullish(),
  kid: z.string().nullish(),
  x5t: z.string().nullish(),
  n: z.string().nullish(),
  e: z.string().nullish(),
  x5c: z.array(z.string()).nullish(),
});
type Jwk = z.output<typeof jwkSchema>;

const jwksSchema = z.object({ keys: z.array(z.unknown()) });
const minModulusBits = 2048;

/**
 * Imports the RSA signing keys of a JWKS document. An entry that is unusable, too short or for another
 * purpose is skipped (docs/superoffice/auth.md#rule-7). A document that is not a JWKS yields no keys.
 */
export async function importSigningKeys(document: unknown): Promise<SigningKey[]> {
  const jwks = jwksSchema.safeParse(document);
  if (!jwks.success) return [];
  const keys = await Promise.all(jwks.data.keys.map(importSigningKey));
  return keys.filter((key) => key !== null);
}

async function importSigningKey(entry: unknown): Promise<SigningKey | null> {
  const jwk = jwkSchema.safeParse(entry);
  if (!jwk.success) return null;
  const key = await importPublicKey(jwk.data).catch(() => null);
  if (key?.asymmetricKeyType !== 'rsa') return null;
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < minModulusBits) return null;
  const { kid, x5t } = jwk.data;
  const names = new Set([kid, x5t].filter((name): name is string => Boolean(name)));
  return { key, names, thumbprint: Buffer.from(x5t ?? '', 'base64url').toString('hex') };
}

async function importPublicKey({ n, e, x5c }: Jwk): Promise<KeyObject | null> {
  if (n && e) {
    const imported = await importJWK({ kty: 'RSA', n, e }, 'RS256');
    return imported instanceof Uint8Array ? null : KeyObject.from(imported);
  }
  const certificate = x5c?.[0];
  return certificate === undefined ? null : new X509Certificate(Buffer.from(certificate, 'base64')).publicKey;
}
