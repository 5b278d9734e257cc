import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { Keyring } from '../../crypto/keyring.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';

/** Who is signed in to the panel, as a verified id_token said. */
export const sessionSchema = z.object({
  tenantId: z.string(),
  associateId: z.int(),
  isAdministrator: z.boolean(),
  /** What SuperOffice calls the user; empty where it did not tell. */
  name: z.string(),
});

/** Who is signed in to the panel: an associate of one tenant. */
export type Session = Readonly<z.infer<typeof sessionSchema>>;

export interface Sessions {
  /** @returns null where there is no session, or none that we signed and that is still good */
  read(request: Request): Session | null;
  /** Keeps the session in a cookie. @returns the same as a bearer token, for a page whose browser refuses the cookie */
  write(response: Response, session: Session): string;
  /** Ends the session of this browser. */
  end(response: Response): void;
  /** A token to put into the forms of a user's pages. */
  csrfToken(session: Session): string;
  /** Whether a form came from a page of the user who is signed in. */
  verifyCsrfToken(session: Session, csrfToken: string): boolean;
}

const cookieName = '__Host-planlens-session';
/** Short, because renewing it is silent: the CRM user is signed in at SuperOffice all day. */
const lifetimeMs = 60 * 60_000;
const issuer = 'planlens';
/** How soon after a sign-in its session must show; without it, signing in again would go round for ever. */
const dueWithinMs = 20_000;

/** Whether a sign-in that ended at a moment (ms, 0 for none) is so recent that its session should be here. */
export function isSessionExpected(signedInAt: number, now: number): boolean {
  return now - signedInAt < dueWithinMs;
}

/** Sessions as a signed token, so that any process can read them. Times from `now` (ms). */
export function createSessions({ keys, now }: { keys: Keyring; now: () => number }): Sessions {
  const read = (request: Request) => {
    const token = tokenOf(request);
    return token === undefined ? null : verified(token, keys, now());
  };
  // Of the user and not of the token: a session renewed elsewhere in the browser must not spoil a form being filled in.
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

    verifyCsrfToken(session, given) {
      const desired = Buffer.from(csrfToken(session));
      const sent = Buffer.from(given);
      return desired.length === sent.length && timingSafeEqual(desired, sent);
    },
  };
}

/** Whether a request brings its session itself, as the panel's script does where the browser keeps no cookie. */
export function bringsBearer(request: Request): boolean {
  return bearerOf(request) !== undefined;
}

function bearerOf({ headers }: Request): string | undefined {
  return /^Bearer (\S*)$/i.exec(headers.authorization ?? '')?.[1];
}

/** A bearer counts before the cookie: only a page that has none of the latter sends it. */
function tokenOf(request: Request): string | undefined {
  return bearerOf(request) ?? readCookie(request, cookieName);
}

function verified(token: string, keys: Keyring, nowMs: number): Session | null {
  try {
    // Decoding throws too, where a part that should be JSON is not.
    const keyId = jwt.decode(token, { complete: true })?.header.kid;
    const key = keys.byId.get(keyId ?? '');
    if (key === undefined) return null;
    const clockTimestamp = Math.floor(nowMs / 1000);
    return sessionSchema.parse(jwt.verify(token, key, { algorithms: ['HS256'], issuer, clockTimestamp }));
  } catch {
    return null;
  }
}
