import type { KeyObject } from 'node:crypto';

const elements = {
  Modulus: 'n',
  Exponent: 'e',
  P: 'p',
  Q: 'q',
  DP: 'dp',
  DQ: 'dq',
  InverseQ: 'qi',
  D: 'd',
} as const;

/** The parameters of a private key in standard base64, by XML element. */
export function getKeyNumbers(key: KeyObject): Record<string, string> {
  const jwk = key.export({ format: 'jwk' });
  const number = (name: keyof typeof jwk) => Buffer.from(String(jwk[name]), 'base64url').toString('base64');
  return Object.fromEntries(Object.entries(elements).map(([element, name]) => [element, number(name)]));
}

/** RSAKeyValue XML with `between` between its elements. */
export function rsaKeyValue(numbers: Record<string, string>, between = ''): string {
  const lines = Object.entries(numbers).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<RSAKeyValue>${between}${lines.join(between)}${between}</RSAKeyValue>`;
}
