import { createPublicKey, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertKeyFile, exportPublicKey, generateKeyFile } from '../../../src/doctor/key-files.ts';
import { parsePrivateKey } from '../../../src/superoffice/auth/private-key.ts';

describe('key files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-keys-'));
  const file = (name: string) => join(folder, name);
  const text = (name: string) => readFileSync(file(name), 'utf8');
  beforeAll(() => generateKeyFile(file('app.pem')));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('generates a key that the app accepts, in a file only its owner can read', () => {
    const key = parsePrivateKey(text('app.pem'));
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(statSync(file('app.pem')).mode & 0o777).toBe(0o600);
  });

  it('exports the public key as PEM and XML without any private part', () => {
    const { pem, xml } = exportPublicKey(file('app.pem'));
    const signature = sign('RSA-SHA256', Buffer.from('x'), parsePrivateKey(text('app.pem')));
    expect(verify('RSA-SHA256', Buffer.from('x'), createPublicKey(pem), signature)).toBe(true);
    expect(xml).toMatch(/^<RSAKeyValue><Modulus>[^<]+<\/Modulus><Exponent>AQAB<\/Exponent><\/RSAKeyValue>$/);
  });

  it('converts a key to the XML form of the portal and back without changing it', () => {
    expect(convertKeyFile(file('app.pem'), file('app.xml'))).toBe('RSAKeyValue XML');
    expect(text('app.xml')).toMatch(/^<RSAKeyValue>(<(\w+)>[^<]+<\/\2>){8}<\/RSAKeyValue>$/);
    expect(convertKeyFile(file('app.xml'), file('again.pem'))).toBe('PEM');
    expect(text('again.pem')).toBe(text('app.pem'));
    expect(exportPublicKey(file('app.xml'))).toEqual(exportPublicKey(file('app.pem')));
    expect(statSync(file('app.xml')).mode & 0o777).toBe(0o600);
  });

  it('does not overwrite an existing file and rejects a file without a key', () => {
    const before = text('app.pem');
    expect(() => generateKeyFile(file('app.pem'))).toThrow(/EEXIST/);
    expect(() => convertKeyFile(file('app.xml'), file('app.pem'))).toThrow(/EEXIST/);
    expect(text('app.pem')).toBe(before);
    writeFileSync(file('no.pem'), 'nothing');
    expect(() => exportPublicKey(file('no.pem'))).toThrow(expect.objectContaining({ code: 'unreadable' }));
  });
});
