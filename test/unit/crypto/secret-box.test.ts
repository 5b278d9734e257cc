import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import { newKeyring } from '../../support/keyrings.ts';

const place = 'Cust12345/system_token';

describe('createSecretBox', () => {
  it('opens what it sealed, whatever the text', () => {
    const box = createSecretBox(newKeyring());
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(box.decrypt(box.encrypt(text, place), place)).toBe(text);
      }),
    );
  });

  it('shows nothing of the text and never seals the same twice alike', () => {
    const box = createSecretBox(newKeyring());
    const sealed = box.encrypt('My App-AbC123', place);
    expect(sealed).not.toContain('AbC123');
    expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString()).not.toContain('AbC123');
    expect(box.encrypt('My App-AbC123', place)).not.toBe(sealed);
  });

  it('refuses to open for another tenant or column', () => {
    const box = createSecretBox(newKeyring());
    const sealed = box.encrypt('secret', place);
    expect(() => box.decrypt(sealed, 'Cust99999/system_token')).toThrow();
    expect(() => box.decrypt(sealed, 'Cust12345/webhook_secret')).toThrow();
  });

  it('refuses a text changed in any part', () => {
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

  it('refuses another spelling of the same bytes', () => {
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

  it('refuses a shortened authentication tag', () => {
    const box = createSecretBox(newKeyring());
    const parts = box.encrypt('secret', place).split('.');
    const shortTag = Buffer.from(parts[3] ?? '', 'base64url')
      .subarray(0, 4)
      .toString('base64url');
    expect(() => box.decrypt([...parts.slice(0, 3), shortTag].join('.'), place)).toThrow();
  });

  it('opens with an older key of the ring and seals with the newest', () => {
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

  it('names the key that is gone, never the text', () => {
    const sealed = createSecretBox(newKeyring('gone')).encrypt('secret', place);
    expect(() => createSecretBox(newKeyring('here')).decrypt(sealed, place)).toThrow(/"gone"/);
  });
});
