import { readFileSync, writeFileSync } from 'node:fs';
import {
  generatePrivateKey,
  parsePrivateKey,
  toPrivatePem,
  toPublicPem,
} from '../superoffice/auth/private-key.ts';
import { formatRsaKeyValue } from '../superoffice/auth/rsa-key-value.ts';

/** Makes a key and puts it into a new file, as PEM for its owner's eyes. Throws where the file is there already. */
export function generateKeyFile(file: string): void {
  writeNew(file, toPrivatePem(generatePrivateKey()));
}

/** The public half of the key in a file, PEM or RSAKeyValue XML, in both forms. Throws a PrivateKeyError. */
export function exportPublicKey(file: string): { readonly pem: string; readonly xml: string } {
  const key = parsePrivateKey(readFileSync(file, 'utf8'));
  return { pem: toPublicPem(key), xml: formatRsaKeyValue(key, { publicOnly: true }) };
}

/** Puts the key of one file into a new one in the other form. @returns what form that is */
export function convertKeyFile(from: string, to: string): 'PEM' | 'RSAKeyValue XML' {
  const given = readFileSync(from, 'utf8');
  const key = parsePrivateKey(given);
  const isXml = given.trimStart().startsWith('<');
  writeNew(to, isXml ? toPrivatePem(key) : formatRsaKeyValue(key, { publicOnly: false }));
  return isXml ? 'PEM' : 'RSAKeyValue XML';
}

function writeNew(file: string, secret: string): void {
  writeFileSync(file, secret, { flag: 'wx', mode: 0o600 });
}
