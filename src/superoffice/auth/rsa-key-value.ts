import type { KeyObject } from 'node:crypto';

/** The parameters of an RSA private key in base64url, by their JWK names. */
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

/** JWK names by XML element (docs/superoffice/auth.md#52-signing). */
const publicElements = { Modulus: 'n', Exponent: 'e' } as const;
const privateElements = { P: 'p', Q: 'q', DP: 'dp', DQ: 'dq', InverseQ: 'qi', D: 'd' } as const;

const documentPattern = /^\s*(?:<\?xml[^<>]*\?>\s*)?<RSAKeyValue>(.*)<\/RSAKeyValue>\s*$/s;
const elementPattern = /\s*<([A-Za-z]{1,10})>([A-Za-z0-9+/\s]+={0,2})\s*<\/\1>\s*/sy;

/**
 * Parses RSAKeyValue XML. Returns null unless it contains exactly the eight elements of a private key, each
 * once.
 */
export function parseRsaKeyValue(xml: string): RsaPrivateJwk | null {
  const inner = documentPattern.exec(xml)?.[1];
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

/**
 * Formats a private key as RSAKeyValue XML, the format of the Developer Portal. `publicOnly` omits the secret
 * parameters.
 */
export function formatRsaKeyValue(key: KeyObject, { publicOnly }: { publicOnly: boolean }): string {
  const jwk = key.export({ format: 'jwk' });
  const elements = publicOnly ? publicElements : { ...publicElements, ...privateElements };
  const lines = Object.entries(elements).map(([element, name]) => {
    const number = Buffer.from(String(jwk[name]), 'base64url').toString('base64');
    return `<${element}>${number}</${element}>`;
  });
  return `<RSAKeyValue>${lines.join('')}</RSAKeyValue>`;
}

function readElements(inner: string): Map<string, string> | null {
  const elements = new Map<string, string>();
  let position = 0;
  while (position < inner.length) {
    elementPattern.lastIndex = position;
    const [match, name, base64] = elementPattern.exec(inner) ?? [];
    if (match === undefined || name === undefined || base64 === undefined || elements.has(name)) return null;
    elements.set(name, Buffer.from(base64, 'base64').toString('base64url'));
    position += match.length;
  }
  return elements;
}
