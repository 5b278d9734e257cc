import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type AppCredentials, generateAppCredentials } from './app-registration.ts';

const idFile = z.strictObject({ clientId: z.string().min(1), clientSecret: z.string().min(1) });

/**
 * Reads the app's credentials from a folder, or generates them on the first start (files of mode 0600):
 * `client.json` with id and secret, `private-key.pem` with the key.
 *
 * @throws {Error} when only one of the two files exists
 */
export function loadAppCredentials(dir: string): { credentials: AppCredentials; privateKeyFile: string } {
  const clientFile = join(dir, 'client.json');
  const privateKeyFile = join(dir, 'private-key.pem');
  if (!existsSync(clientFile) && !existsSync(privateKeyFile)) {
    const { privateKeyPem, ...client } = generateAppCredentials();
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(clientFile, `${JSON.stringify(client, null, 2)}\n`, { mode: 0o600 });
    writeFileSync(privateKeyFile, privateKeyPem, { mode: 0o600 });
  }
  const client = idFile.parse(JSON.parse(readFileSync(clientFile, 'utf8')));
  const privateKeyPem = readFileSync(privateKeyFile, 'utf8');
  return { credentials: { ...client, privateKeyPem }, privateKeyFile };
}
