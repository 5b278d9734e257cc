import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { Keyring } from '../../crypto/keyring.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';

/** The claims of a session. */
export const sessionSchema = z.object({
  tenantId: z.string(),
  associateId: z.int(),
  isAdministrator: z.boolean(),
  /** The user's name in SuperOffice; empty if unknown. */
  name: z.string(),
});

/** A signed-in associate of one tenant. */
export type Session = Readonly<z.infer<typeof sessionSchema>>;

/** Reads and writes sessions. */
export interface Sessions {
  /** @returns null without a session, or if its signature or lifetime is invalid */
  read(request: Request): Session | null;
  /** Stores the session in a cookie. @returns the same as a bearer token, for browsers that block the cookie */
  write(response: Response, session: Session): string;
  /** Deletes the cookie. */
  end(response: Response): void;
  /** The CSRF token for forms of the session's user. */
  csrfToken(session: Session): string;
  /** Compares a CSRF token from a form in constant time. */
  verifyCsrfToken(session: Session, csrfToken: string): boolean;
}

const cookieName = '__Host-planlens-session';
/** Short, because the renewal is silent: CRM users are signed in to SuperOffice all day. */
const lifetimeMs = 60 * 60_000;
const issuer = 'planlens';
/** A sign-in must lead to a session within this time. Otherwise the panel would sign in over and over. */
const expectedWithinMs = 20_000;

/** Whether a sign-in completed so recently that its session should exist. Times in ms; 0 for no sign-in. */
export function isSessionExpected(signedInAt: number, now: number): boolean {
  return now - signedInAt < expectedWithinMs;
}

/** Sessions are signed tokens, so that every process can read them. `now` is in ms since 1970. */
export function createSessions({ keys, now }: { keys: Keyring; now: () => number }): Sessions {
  const read = (request: Request) => {
    const token = findToken(request);
    return token === undefined ? null : verifyToken(token, keys, now());
  };
  // Depends on the user, not on the session token, so that a renewed session does not invalidate an open form.
  const csrfToken = ({ tenantId, associateId }: Session) =>
    createHmac('sha256', keys.current.key).update(`form ${tenantId} ${associateId}`).digest('base64url');

  return {
    read,

    write(response, session) {
      const issuedAt = Math.floor(now() / 1000);
      const token = jwt.sign(
        { ...session, iat: issuedAt, exp: issuedAt + lifetimeMs / 1000 },
        keys.current.key,
        { algorithm: 'HS256', keyid: keys.current.id, issuer },
      );
      writeCookie(response, cookieName, token, lifetimeMs);
      return token;
    },

    end(response) {
      writeCookie(response, cookieName, '', 0);
    },

    csrfToken,

    verifyCsrfToken(session, sent) {
      const expectedToken = Buffer.from(csrfToken(session));
      const sentToken = Buffer.from(sent);
      return expectedToken.length === sentToken.length && timingSafeEqual(expectedToken, sentToken);
    },
  };
}

/** Whether a request has a bearer token, which the panel's script sends if the browser blocks cookies. */
export function hasBearer(request: Request): boolean {
  return findBearer(request) !== undefined;
}

function findBearer({ headers }: Request): string | undefined {
  return /^Bearer (\S*)$/i.exec(headers.authorization ?? '')?.[1];
}

/** The bearer token precedes the cookie, because only pages without the cookie send it. */
function findToken(request: Request): string | undefined {
  return findBearer(request) ?? readCookie(request, cookieName);
}

function verifyToken(token: string, keys: Keyring, nowMs: number): Session | null {
  try {
    // Decoding throws as well if a part of the token is not JSON.
    const keyId = jwt.decode(token, { complete: true })?.header.kid;
    const key = keys.byId.get(keyId ?? '');
    if (key === undefined) return null;
    const clockTimestamp = Math.floor(nowMs / 1000);
    return sessionSchema.parse(jwt.verify(token, key, { algorithms: ['HS256'], issuer, clockTimestamp }));
  } catch {
    return null;
  }
}
