import type { Response } from 'express';
import { keyringSchema } from '../../src/crypto/keyring.ts';
import { createSessions, type Session } from '../../src/web/sign-in/session.ts';

/** Creates a session cookie that an app with this environment accepts, as `name=value`. */
export function sessionCookie(
  environment: NodeJS.ProcessEnv,
  session: Pick<Session, 'tenantId' | 'associateId'> & Partial<Session>,
  now: () => number = Date.now,
): string {
  const sessions = createSessions({ keys: keyringSchema.parse(environment.SESSION_KEYS), now });
  let cookie = '';
  const response: Pick<Response, 'cookie'> = {
    cookie(name: string, value: string) {
      cookie = `${name}=${value}`;
      return this as Response;
    },
  };
  sessions.write(response as Response, { isAdministrator: false, name: '', ...session });
  return cookie;
}
