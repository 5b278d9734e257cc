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

function problemOf(text: string): unknown {
  try {
    return parsePrivateKey(text);
  } catch (error) {
    return error;
  }
}

function isOurKey(key: KeyObject): boolean {
  const data = Buffer.from('data');
  return key.type === 'private' && verify('RSA-SHA256', data, pair.publicKey, sign('RSA-SHA256', data, key));
}

describe('parsePrivateKey with a usable key', () => {
  const numbers = getKeyNumbers(pair.privateKey);

  it.each([
    ['PKCS#8', pkcs8],
    ['PKCS#1', pkcs1],
    ['PEM with white space around', `\n  ${pkcs8}\n\n`],
    ['PEM on one line', pkcs8.replaceAll('\n', '\\n')],
    ['PEM with Windows line ends', pkcs8.replaceAll('\n', '\r\n')],
    ['RSAKeyValue', rsaKeyValue(numbers)],
    ['RSAKeyValue over several lines', rsaKeyValue(numbers, '\r\n  ')],
    ['RSAKeyValue with a declaration', `<?xml version="1.0" encoding="utf-8"?>\n${rsaKeyValue(numbers)}`],
    ['RSAKeyValue in another order', rsaKeyValue(Object.fromEntries(Object.entries(numbers).reverse()))],
    [
      'RSAKeyValue with wrapped numbers',
      rsaKeyValue({ ...numbers, D: numbers.D?.replace(/(.{64})/g, '$1\n') ?? '' }),
    ],
  ])('reads a key from %s', (_form, text) => {
    expect(isOurKey(parsePrivateKey(text))).toBe(true);
  });

  it('preserves all parameters of a key in RSAKeyValue XML', () => {
    expect(getKeyNumbers(parsePrivateKey(rsaKeyValue(numbers)))).toEqual(numbers);
  });
});

describe('parsePrivateKey with an unusable key', () => {
  const numbers = getKeyNumbers(pair.privateKey);
  const { D: _d, ...withoutD } = numbers;
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;

  it.each([
    ['empty', ''],
    ['empty', ' \n'],
    ['unreadable', 'hello'],
    ['unreadable', pkcs8.slice(0, 400)],
    ['unreadable', pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['encrypted', pair.privateKey.export(locked).toString()],
    ['not-rsa', curve.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['too-short', short.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['too-short', rsaKeyValue(getKeyNumbers(short))],
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
    const problem = problemOf(text);
    expect(problem).toBeInstanceOf(PrivateKeyError);
    expect(problem).toMatchObject({ code });
  });

  it('keeps key material out of the error', () => {
    const text = rsaKeyValue({ ...numbers, Extra: 'AQAB' });
    const told = inspect(problemOf(text), { depth: 10, showHidden: true });
    for (const number of Object.values(numbers)) expect(told).not.toContain(number.slice(0, 12) || 'AQAB');
  });
});
