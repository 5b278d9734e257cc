import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyringText } from '../support/keyrings.ts';
import { findLeakedSecrets, readEnvironmentSecrets } from '../support/leaked-secrets.ts';

const secret = 'a+b/secret"with=signs';
const known = new Map([[secret, 'the client secret']]);
const line = (message: string) => [`{"msg":"nothing"}`, `{"msg":"${message}"}`];

/** Integration tests pass everything the app logged to it. */
describe('leakedSecrets', () => {
  it.each([
    ['in plain text', secret],
    ['in a URL', encodeURIComponent(secret)],
    ['in JSON', JSON.stringify(secret)],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
  ])('finds a secret %s and names its kind', (_where, text) => {
    expect(findLeakedSecrets(line(`before ${text} after`), known)).toEqual(['the client secret']);
  });

  it.each([
    ['a signed token', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'],
    ['a ticket', '7T:MAAzADQANQA2ADcA'],
    ['an access token', '8A:Cust12345.abc'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
  ])('finds %s that is not a known secret', (kind, text) => {
    expect(findLeakedSecrets(line(text), new Map())).toEqual([kind]);
  });

  it('finds nothing in log lines without a secret', () => {
    expect(findLeakedSecrets(line('callback processed for Cust12345'), known)).toEqual([]);
  });

  it('derives the known secrets from the environment of the app', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const environment = {
      SUPEROFFICE_CLIENT_SECRET: 'client-secret-of-the-app',
      SUPEROFFICE_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ENCRYPTION_KEYS: keyringText('a', 'b'),
      SESSION_KEYS: keyringText('c'),
    };
    const secrets = readEnvironmentSecrets(environment);
    const kinds = [...secrets.values()];
    expect(kinds.filter((kind) => kind === 'a key of ENCRYPTION_KEYS')).toHaveLength(2);
    expect(new Set(kinds)).toEqual(
      new Set([
        'the client secret',
        'a line of the private key',
        'a key of ENCRYPTION_KEYS',
        'a key of SESSION_KEYS',
      ]),
    );
    for (const [each, kind] of secrets) expect(findLeakedSecrets([`x${each}y`], secrets)).toContain(kind);
  });
});
