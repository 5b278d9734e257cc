import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PrivateKeyError, parsePrivateKey } from '../../../../src/superoffice/auth/private-key.ts';
import { getKeyNumbers, rsaKeyValue } from '../../../support/rsa-key-value.ts';
import { createSigningPair } from '../../../support/tokens.ts';

const pair = createSigningPair();
const other = createSigningPair();
const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const pkcs1 = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

function parseError(text: string): unknown {
  try {
    return parsePrivateKey(text);
  } catch (error) {
    return error;
  }
}

function matchesPair(key: KeyObject): boolean {
  const data = Buffer.from('data');
  return key.type === 'private' && verify('RSA-SHA256', data, pair.publicKey, sign('RSA-SHA256', data, key));
}

describe('parsePrivateKey with a usable key', () => {
  const numbers = getKeyNumbers(pair.privateKey);

  it.each([
    ['PKCS#8', pkcs8],
    ['PKCS#1', pkcs1],
    ['PEM with surrounding white space', `\n  ${pkcs8}\n\n`],
    ['PEM on one line', pkcs8.replaceAll('\n', '\\n')],
    ['PEM with Windows line endings', pkcs8.replaceAll('\n', '\r\n')],
    ['RSAKeyValue', rsaKeyValue(numbers)],
    ['RSAKeyValue over several lines', rsaKeyValue(numbers, '\r\n  ')],
    [
      'RSAKeyValue with an XML declaration',
      `<?xml version="1.0" encoding="utf-8"?>\n${rsaKeyValue(numbers)}`,
    ],
    ['RSAKeyValue in another order', rsaKeyValue(Object.fromEntries(Object.entries(numbers).reverse()))],
    [
      'RSAKeyValue with wrapped numbers',
      rsaKeyValue({ ...numbers, D: numbers.D?.replace(/(.{64})/g, '$1\n') ?? '' }),
    ],
  ])('reads a key from %s', (_form, text) => {
    expect(matchesPair(parsePrivateKey(text))).toBe(true);
  });

  it('preserves all parameters of a key in RSAKeyValue XML', () => {
    expect(getKeyNumbers(parsePrivateKey(rsaKeyValue(numbers)))).toEqual(numbers);
  });
});

describe('parsePrivateKey with an unusable key', () => {
  const numbers = getKeyNumbers(pair.privateKey);
  const { D: _d, ...withoutD } = numbers;
  const shortKey = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const encryption = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;

  it.each([
    ['empty', ''],
    ['empty', ' \n'],
    ['unreadable', 'hello'],
    ['unreadable', pkcs8.slice(0, 400)],
    ['unreadable', pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['encrypted', pair.privateKey.export(encryption).toString()],
    ['not-rsa', ecKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['too-short', shortKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['too-short', rsaKeyValue(getKeyNumbers(shortKey))],
    ['unreadable', rsaKeyValue(withoutD)],
    ['unreadable', rsaKeyValue({ ...numbers, D: '' })],
    ['unreadable', rsaKeyValue({ ...numbers, D: 'not*base64' })],
    ['unreadable', rsaKeyValue({ ...numbers, Extra: 'AQAB' })],
    ['unreadable', rsaKeyValue(withoutD).replace('</RSAKeyValue>', '<P>AQAB</P></RSAKeyValue>')],
    ['unreadable', rsaKeyValue(numbers).replace('</RSAKeyValue>', `<P>${numbers.P}</P></RSAKeyValue>`)],
    ['unreadable', `${rsaKeyValue(numbers)}<x/>`],
    ['unreadable', `<!DOCTYPE x [<!ENTITY y "z">]>${rsaKeyValue(numbers)}`],
    ['unreadable', rsaKeyValue(numbers).replace('<D>', '<D a="b">')],
    ['inconsistent', rsaKeyValue({ ...getKeyNumbers(other.privateKey), Modulus: numbers.Modulus ?? '' })],
  ])('rejects the key with code %s', (code, text) => {
    const error = parseError(text);
    expect(error).toBeInstanceOf(PrivateKeyError);
    expect(error).toMatchObject({ code });
  });

  it('keeps key material out of the error', () => {
    const text = rsaKeyValue({ ...numbers, Extra: 'AQAB' });
    const inspected = inspect(parseError(text), { depth: 10, showHidden: true });
    for (const number of Object.values(numbers))
      expect(inspected).not.toContain(number.slice(0, 12) || 'AQAB');
  });
});
