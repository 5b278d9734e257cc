import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** The credentials an app gets from the Developer Portal. The private key is PKCS8 PEM. */
export interface AppCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly privateKeyPem: string;
}

/**
 * The app as registered in the Developer Portal, with its public key only
 * (docs/superoffice/auth.md#51-preconditions).
 */
export interface AppRegistration {
  readonly name: string;
  readonly company: string;
  readonly consentText: string;
  readonly url: string;
  readonly clientId: string;
  clientSecret: string;
  publicKey: KeyObject;
  /** Seed of the system user tokens, which do not change with the secret. */
  readonly tokenSeed: string;
  readonly redirectUri: string;
  readonly stateChangeUrl: string;
}

/** Generates the credentials of a new registration: client id and secret (32 hex characters each), an RSA 2048 key. */
export function generateAppCredentials(): AppCredentials {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clientId: randomBytes(16).toString('hex'),
    clientSecret: randomBytes(16).toString('hex'),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Registers the app at its public URL, with or without a trailing slash. */
export function registerApp(appUrl: string, credentials: AppCredentials): AppRegistration {
  const url = appUrl.replace(/\/+$/, '');
  return {
    name: 'Planlens',
    company: 'Planlens',
    consentText:
      'The app reads the licenses and users of your SuperOffice and adds its web panel for all user groups.',
    url,
    clientId: credentials.clientId,
    clientSecret: credentials.clientSecret,
    publicKey: createPublicKey(credentials.privateKeyPem),
    tokenSeed: credentials.clientSecret,
    redirectUri: `${url}/auth/callback`,
    stateChangeUrl: `${url}/callbacks/state-change`,
  };
}

/**
 * The system user token of an app in a tenant: application name, hyphen, random text; constant
 * (docs/superoffice/auth.md#51-preconditions). It is derived, not stored, so it survives a restart.
 */
export function systemUserToken(app: AppRegistration, contextIdentifier: string): string {
  const random = createHmac('sha256', app.tokenSeed).update(`system user token ${contextIdentifier}`);
  return `${app.name}-${random
    .digest('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 20)}`;
}
