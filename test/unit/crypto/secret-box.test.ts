import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import { newKeyring } from '../../support/keyrings.ts';

const place = 'Cust12345/system_token';

describe('createSecretBox', () => {
  it('decrypts every text that it encrypted', () => {
    const box = createSecretBox(newKeyring());
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(box.decrypt(box.encrypt(text, place), place)).toBe(text);
      }),
    );
  });

  it('hides the text and never produces the same ciphertext twice', () => {
    const box = createSecretBox(newKeyring());
    const sealed = box.encrypt('My App-AbC123', place);
    expect(sealed).not.toContain('AbC123');
    expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString()).not.toContain('AbC123');
    expect(box.encrypt('My App-AbC123', place)).not.toBe(sealed);
  });

  it('does not decrypt for another tenant or column', () => {
    const box = createSecretBox(newKeyring());
    const sealed = box.encrypt('secret', place);
    expect(() => box.decrypt(sealed, 'Cust99999/system_token')).toThrow();
    expect(() => box.decrypt(sealed, 'Cust12345/webhook_secret')).toThrow();
  });

  it('rejects a ciphertext changed in any part', () => {
    const box = createSecretBox(newKeyring('a', 'b'));
    const parts = box.encrypt('secret', place).split('.');
    parts.forEach((part, index) => {
      const first = part.startsWith('A') ? 'B' : 'A';
      const changed = parts.with(index, `${first}${part.slice(1)}`).join('.');
      expect(() => box.decrypt(changed, place)).toThrow();
    });
    expect(() => box.decrypt('', place)).toThrow();
    expect(() => box.decrypt(parts.slice(0, 3).join('.'), place)).toThrow();
  });

  it('rejects another encoding of the same bytes', () => {
    const box = createSecretBox(newKeyring());
    const sealed = box.encrypt('secret', place);
    const last = sealed.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const next = alphabet[alphabet.indexOf(last) + 1] ?? '';
    expect(Buffer.from(`${sealed.slice(0, -1)}${next}`.split('.')[3] ?? '', 'base64url')).toEqual(
      Buffer.from(sealed.split('.')[3] ?? '', 'base64url'),
    );
    expect(() => box.decrypt(`${sealed.slice(0, -1)}${next}`, place)).toThrow();
    expect(() => box.decrypt(`${sealed}=`, place)).toThrow();
  });

  it('rejects a shortened authentication tag', () => {
    const box = createSecretBox(newKeyring());
    const parts = box.encrypt('secret', place).split('.');
    const shortTag = Buffer.from(parts[3] ?? '', 'base64url')
      .subarray(0, 4)
      .toString('base64url');
    expect(() => box.decrypt([...parts.slice(0, 3), shortTag].join('.'), place)).toThrow();
  });

  it('decrypts with an older key and encrypts with the current one', () => {
    const old = newKeyring('old');
    const sealed = createSecretBox(old).encrypt('secret', place);
    const newest = newKeyring('new');
    const rotated = createSecretBox({
      current: newest.current,
      byId: new Map([...newest.byId, ...old.byId]),
    });
    expect(rotated.decrypt(sealed, place)).toBe('secret');
    expect(rotated.encrypt('secret', place)).toMatch(/^new\./);
  });

  it('names the missing key but not the text', () => {
    const sealed = createSecretBox(newKeyring('gone')).encrypt('secret', place);
    expect(() => createSecretBox(newKeyring('here')).decrypt(sealed, place)).toThrow(/"gone"/);
  });
});
