import { readFileSync, writeFileSync } from 'node:fs';
import {
  generatePrivateKey,
  parsePrivateKey,
  toPrivatePem,
  toPublicPem,
} from '../superoffice/auth/private-key.ts';
import { formatRsaKeyValue } from '../superoffice/auth/rsa-key-value.ts';

/** Writes a new private key as PEM to a new file that only its owner can read. @throws if the file exists */
export function generateKeyFile(file: string): void {
  writeNew(file, toPrivatePem(generatePrivateKey()));
}

/**
 * Reads a private key file, PEM or RSAKeyValue XML, and returns its public key in both forms.
 * @throws PrivateKeyError
 */
export function exportPublicKey(file: string): { readonly pem: string; readonly xml: string } {
  const key = parsePrivateKey(readFileSync(file, 'utf8'));
  return { pem: toPublicPem(key), xml: formatRsaKeyValue(key, { publicOnly: true }) };
}

/**
 * Writes the private key of a file to a new file in the other form.
 * @returns the new form
 * @throws PrivateKeyError, or an error if the new file exists
 */
export function convertKeyFile(from: string, to: string): 'PEM' | 'RSAKeyValue XML' {
  const text = readFileSync(from, 'utf8');
  const key = parsePrivateKey(text);
  const isXml = text.trimStart().startsWith('<');
  writeNew(to, isXml ? toPrivatePem(key) : formatRsaKeyValue(key, { publicOnly: false }));
  return isXml ? 'PEM' : 'RSAKeyValue XML';
}

function writeNew(file: string, privateKey: string): void {
  writeFileSync(file, privateKey, { flag: 'wx', mode: 0o600 });
}
