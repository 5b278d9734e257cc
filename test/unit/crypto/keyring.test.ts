import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyringSchema } from '../../../src/crypto/keyring.ts';
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
  ])('rejects %s without repeating the input', (_what, text) => {
    const result = keyringSchema.safeParse(text);
    expect(result.success).toBe(false);
    expect(result.error?.issues).toHaveLength(1);
    expect(JSON.stringify(result.error?.issues)).not.toContain(valid);
  });
});
