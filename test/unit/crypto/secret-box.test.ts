import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import { newKeyring } from '../../support/keyrings.ts';

const associatedData = 'Cust12345/system_token';

describe('createSecretBox', () => {
  it('decrypts every text that it encrypted', () => {
    const box = createSecretBox(newKeyring());
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(box.decrypt(box.encrypt(text, associatedData), associatedData)).toBe(text);
      }),
    );
  });

  it('hides the text and never produces the same ciphertext twice', () => {
    const box = createSecretBox(newKeyring());
    const encrypted = box.encrypt('My App-AbC123', associatedData);
    expect(encrypted).not.toContain('AbC123');
    expect(Buffer.from(encrypted.split('.')[2] ?? '', 'base64url').toString()).not.toContain('AbC123');
    expect(box.encrypt('My App-AbC123', associatedData)).not.toBe(encrypted);
  });

  it('does not decrypt for another tenant or column', () => {
    const box = createSecretBox(newKeyring());
    const encrypted = box.encrypt('secret', associatedData);
    expect(() => box.decrypt(encrypted, 'Cust99999/system_token')).toThrow();
    expect(() => box.decrypt(encrypted, 'Cust12345/webhook_secret')).toThrow();
  });

  it('rejects a ciphertext changed in any part', () => {
    const box = createSecretBox(newKeyring('a', 'b'));
    const parts = box.encrypt('secret', associatedData).split('.');
    parts.forEach((part, index) => {
      const first = part.startsWith('A') ? 'B' : 'A';
      const changed = parts.with(index, `${first}${part.slice(1)}`).join('.');
      expect(() => box.decrypt(changed, associatedData)).toThrow();
    });
    expect(() => box.decrypt('', associatedData)).toThrow();
    expect(() => box.decrypt(parts.slice(0, 3).join('.'), associatedData)).toThrow();
  });

  it('rejects another encoding of the same bytes', () => {
    const box = createSecretBox(newKeyring());
    const encrypted = box.encrypt('secret', associatedData);
    const last = encrypted.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const next = alphabet[alphabet.indexOf(last) + 1] ?? '';
    expect(Buffer.from(`${encrypted.slice(0, -1)}${next}`.split('.')[3] ?? '', 'base64url')).toEqual(
      Buffer.from(encrypted.split('.')[3] ?? '', 'base64url'),
    );
    expect(() => box.decrypt(`${encrypted.slice(0, -1)}${next}`, associatedData)).toThrow();
    expect(() => box.decrypt(`${encrypted}=`, associatedData)).toThrow();
  });

  it('rejects a shortened authentication tag', () => {
    const box = createSecretBox(newKeyring());
    const parts = box.encrypt('secret', associatedData).split('.');
    const shortTag = Buffer.from(parts[3] ?? '', 'base64url')
      .subarray(0, 4)
      .toString('base64url');
    expect(() => box.decrypt([...parts.slice(0, 3), shortTag].join('.'), associatedData)).toThrow();
  });

  it('decrypts with an older key and encrypts with the current one', () => {
    const old = newKeyring('old');
    const encrypted = createSecretBox(old).encrypt('secret', associatedData);
    const newest = newKeyring('new');
    const rotated = createSecretBox({
      current: newest.current,
      byId: new Map([...newest.byId, ...old.byId]),
    });
    expect(rotated.decrypt(encrypted, associatedData)).toBe('secret');
    expect(rotated.encrypt('secret', associatedData)).toMatch(/^new\./);
  });

  it('names the missing key but not the text', () => {
    const encrypted = createSecretBox(newKeyring('gone')).encrypt('secret', associatedData);
    expect(() => createSecretBox(newKeyring('here')).decrypt(encrypted, associatedData)).toThrow(/"gone"/);
  });
});
