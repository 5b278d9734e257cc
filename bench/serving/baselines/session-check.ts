import { parseCookie } from 'cookie';
import jwt from 'jsonwebtoken';
import { deriveKeyring, keyringSchema } from '../../../src/crypto/keyring.ts';

/** Returns a check whether cookies contain a valid session of the app in a tenant. It does not know whether one was ended. */
export function createIsSignedIn(
  environment: NodeJS.ProcessEnv,
  tenantId: string,
): (cookies: string | undefined) => boolean {
  const { key } = deriveKeyring(keyringSchema.parse(environment.SESSION_KEYS), 'session').current;
  return (cookies) => {
    try {
      const token = parseCookie(cookies ?? '')['__Host-planlens-session'] ?? '';
      const claims = jwt.verify(token, key, { algorithms: ['HS256'] }) as { tenantId: string };
      return claims.tenantId === tenantId;
    } catch {
      return false;
    }
  };
}
