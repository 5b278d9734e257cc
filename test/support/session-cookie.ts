import type { Response } from 'express';
import { keyringSchema } from '../../src/crypto/keyring.ts';
import { createSessions, type Session, type Sessions } from '../../src/web/sign-in/session.ts';

/** The sessions of an app with this environment, none of which was ended. */
export function sessionsOf(environment: NodeJS.ProcessEnv, now: () => number = Date.now): Sessions {
  return createSessions({
    keys: keyringSchema.parse(environment.SESSION_KEYS),
    publicUrl: String(environment.PUBLIC_URL),
    loginUrl: String(environment.SUPEROFFICE_LOGIN_URL),
    isEnded: async () => false,
    isGoingOn: () => true,
    now,
  });
}

/** Creates a session cookie that an app with this environment accepts, as `name=value`. */
export function sessionCookie(
  environment: NodeJS.ProcessEnv,
  session: Pick<Session, 'tenantId' | 'associateId'> & Partial<Session>,
  now: () => number = Date.now,
): string {
  let cookie = '';
  const response: Pick<Response, 'cookie'> = {
    cookie(name: string, value: string) {
      cookie = `${name}=${value}`;
      return this as Response;
    },
  };
  const complete = { isAdministrator: false, name: '', signedInAt: now(), ...session };
  sessionsOf(environment, now).write(response as Response, complete);
  return cookie;
}
