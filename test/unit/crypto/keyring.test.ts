import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveKeyring, findSharedKey, keyringSchema } from '../../../src/crypto/keyring.ts';
import { keyringText } from '../../support/keyrings.ts';

describe('keyringSchema', () => {
  it('uses the first key as the current one and keeps all keys by id', () => {
    const text = keyringText('2026', '2025');
    const keyring = keyringSchema.parse(text);
    expect(keyring.current.id).toBe('2026');
    expect([...keyring.byId.keys()]).toEqual(['2026', '2025']);
    expect(keyring.byId.get('2026')).toEqual(keyring.current.key);
    expect(keyring.current.key.symmetricKeySize).toBe(32);
  });

  it('accepts spaces around the commas', () => {
    expect(keyringSchema.parse(keyringText('a', 'b').replace(',', ' , ')).byId.size).toBe(2);
  });

  const short = randomBytes(16).toString('base64');
  const valid = randomBytes(32).toString('base64');
  it.each([
    ['nothing', ''],
    ['no id', valid],
    ['an empty id', `:${valid}`],
    ['an id with a dot, which separates the parts of a ciphertext', `a.b:${valid}`],
    ['a key that is too short', `a:${short}`],
    ['no key', 'a:'],
    ['text that is not base64', `a:${'!'.repeat(44)}`],
    ['one invalid entry', `a:${valid},b:${short}`],
    ['a duplicate id', `a:${valid},a:${randomBytes(32).toString('base64')}`],
    ['a trailing comma', `a:${valid},`],
    ['a key of zeros', `a:${Buffer.alloc(32).toString('base64')}`],
    ['the same key twice', `a:${valid},b:${valid}`],
  ])('rejects %s without repeating the input', (_what, text) => {
    const result = keyringSchema.safeParse(text);
    expect(result.success).toBe(false);
    expect(result.error?.issues).toHaveLength(1);
    expect(JSON.stringify(result.error?.issues)).not.toContain(valid);
  });
});

describe('a key that is not random', () => {
  it.each<[string, Buffer]>([
    ['zeros', Buffer.alloc(32)],
    ['one repeated byte', Buffer.alloc(32, 0xa5)],
    ['a short key repeated', Buffer.concat([Buffer.from('0011aa', 'hex'), Buffer.alloc(29, 'Qx\x01')])],
    ['16 random bytes twice', Buffer.concat(Array(2).fill(randomBytes(16)))],
    ['bytes counted up', Buffer.from(Array.from({ length: 32 }, (_, index) => index))],
    ['a text', Buffer.from('The quick brown fox jumps over 1')],
  ])('is refused: %s, with the command that generates one', (_what, bytes) => {
    const { error } = keyringSchema.safeParse(`old:${bytes.toString('base64')}`);
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'key "old" is not random: generate it with "openssl rand -base64 32"',
    ]);
  });

  it('is never mistaken for a random one', () => {
    for (let run = 0; run < 2_000; run += 1)
      expect(keyringSchema.safeParse(keyringText('a')).success).toBe(true);
  });
});

describe('findSharedKey', () => {
  it('names the key that both keyrings contain, under whatever id', () => {
    const [one = '', other = ''] = [keyringText('a', 'b'), keyringText('c')];
    const shared = one.replace(/.*b:/, 'd:');
    const keyring = keyringSchema.parse(one);
    expect(findSharedKey(keyring, keyringSchema.parse(other))).toBeNull();
    expect(findSharedKey(keyring, keyringSchema.parse(`${other},${shared}`))).toBe('b');
  });
});

describe('deriveKeyring', () => {
  it('derives a different key for each purpose and each key, the same one every time', () => {
    const keyring = keyringSchema.parse(keyringText('a', 'b'));
    const bytes = (purpose: string) =>
      [...deriveKeyring(keyring, purpose).byId.values()].map((key) => key.export().toString('hex'));
    const all = [...bytes('session'), ...bytes('form'), ...[...keyring.byId.values()].map(String)];
    expect(new Set(all).size).toBeGreaterThanOrEqual(5);
    expect(bytes('session')).toEqual(bytes('session'));
    expect(deriveKeyring(keyring, 'form').current.id).toBe('a');
    expect(deriveKeyring(keyring, 'form').byId.get('a')).toEqual(deriveKeyring(keyring, 'form').current.key);
  });
});
