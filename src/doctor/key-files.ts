import { readFileSync, writeFileSync } from 'node:fs';
import { parsePrivateKey } from '../superoffice/auth/private-key.ts';
import { newPrivateKey, privatePem, publicPem, rsaKeyValueXml } from '../superoffice/auth/write-rsa-key.ts';

/** Makes a key and puts it into a new file, as PEM for its owner's eyes. Throws where the file is there already. */
export function generateKeyFile(file: string): void {
  writeNew(file, privatePem(newPrivateKey()));
}

/** The public half of the key in a file, PEM or RSAKeyValue XML, in both forms. Throws a PrivateKeyError. */
export function exportPublicKey(file: string): { readonly pem: string; readonly xml: string } {
  const key = parsePrivateKey(readFileSync(file, 'utf8'));
  return { pem: publicPem(key), xml: rsaKeyValueXml(key, { publicOnly: true }) };
}

/** Puts the key of one file into a new one in the other form. @returns what form that is */
export function convertKeyFile(from: string, to: string): 'PEM' | 'RSAKeyValue XML' {
  const given = readFileSync(from, 'utf8');
  const key = parsePrivateKey(given);
  const isXml = given.trimStart().startsWith('<');
  writeNew(to, isXml ? privatePem(key) : rsaKeyValueXml(key, { publicOnly: false }));
  return isXml ? 'PEM' : 'RSAKeyValue XML';
}

function writeNew(file: string, secret: string): void {
  writeFileSync(file, secret, { flag: 'wx', mode: 0o600 });
}
