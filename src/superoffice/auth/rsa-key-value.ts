/** The numbers of an RSA private key, base64url, by their JWK names. */
export interface RsaPrivateJwk {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
  readonly d: string;
  readonly p: string;
  readonly q: string;
  readonly dp: string;
  readonly dq: string;
  readonly qi: string;
}

const DOCUMENT = /^\s*(?:<\?xml[^<>]*\?>\s*)?<RSAKeyValue>(.*)<\/RSAKeyValue>\s*$/s;
const ELEMENT = /\s*<([A-Za-z]{1,10})>([A-Za-z0-9+/\s]+={0,2})\s*<\/\1>\s*/sy;

/**
 * The key an RSAKeyValue document holds (docs/superoffice/auth.md#52-signing), or null unless it is exactly
 * the eight elements, each once.
 */
export function parseRsaKeyValue(xml: string): RsaPrivateJwk | null {
  const inner = DOCUMENT.exec(xml)?.[1];
  const elements = inner === undefined ? null : readElements(inner);
  if (elements?.size !== 8) return null;
  const number = (name: string): string => elements.get(name) ?? '';
  const jwk = {
    kty: 'RSA',
    n: number('Modulus'),
    e: number('Exponent'),
    d: number('D'),
    p: number('P'),
    q: number('Q'),
    dp: number('DP'),
    dq: number('DQ'),
    qi: number('InverseQ'),
  } as const;
  return Object.values(jwk).includes('') ? null : jwk;
}

function readElements(inner: string): Map<string, string> | null {
  const elements = new Map<string, string>();
  let at = 0;
  while (at < inner.length) {
    ELEMENT.lastIndex = at;
    const [whole, name, base64] = ELEMENT.exec(inner) ?? [];
    if (whole === undefined || name === undefined || base64 === undefined || elements.has(name)) return null;
    elements.set(name, Buffer.from(base64, 'base64').toString('base64url'));
    at += whole.length;
  }
  return elements;
}
