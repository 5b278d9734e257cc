import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { atMost } from '../../cache-size.ts';
import { deriveKeyring, type Keyring } from '../../crypto/keyring.ts';
import { sha256Base64Url } from '../../crypto/random-token.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';

/** The claims of a session. */
export const sessionSchema = z.object({
  tenantId: z.string(),
  associateId: z.int(),
  /** At the time of the sign-in; `AdministratorGuard` decides how long it counts. */
  isAdministrator: z.boolean(),
  /** The user's name in SuperOffice; empty if unknown. */
  name: z.string(),
  /** When SuperOffice identified the user, ms since 1970. */
  signedInAt: z.int(),
});

/** A token whose signature and claims are those of this process: the same text needs no second check of them. */
interface VerifiedToken {
  readonly use: Use;
  /** When it expires, seconds since 1970. */
  readonly exp: number;
  readonly session: Session;
}

/** Checking the signature takes a fifth of the time of a panel view. Of more tokens than these, it is checked each time. */
const maxVerifiedTokens = 10_000;

const verifiedSchema = z.looseObject({ use: z.string(), exp: z.int() });
const headerSchema = z.object({ kid: z.string() });

/** A signed-in associate of one tenant. */
export type Session = Readonly<z.infer<typeof sessionSchema>>;

/** Reads and writes sessions. */
export interface Sessions {
  /** @returns null without a session, if its signature or lifetime is invalid, or if it was ended early */
  read(request: Request): Promise<Session | null>;
  /** The session of the cookie if memory tells that it goes on, without waiting; null if `read` must decide. */
  peek(request: IncomingMessage): Session | null;
  /** Stores the session in a cookie. */
  write(response: Response, session: Session): void;
  /** Makes a bearer token of the session, for a page whose browser refuses the cookie. It lives 15 minutes. */
  createBearer(session: Session): string;
  /** Deletes the cookie. */
  clear(response: Response): void;
  /** The CSRF token for forms of the session's user. It changes every day. */
  csrfToken(session: Session): string;
  /** Compares a CSRF token from a form in constant time; the token of the day before is accepted too. */
  verifyCsrfToken(session: Session, csrfToken: string): boolean;
  /** Whether a CSRF token is of a form that the session's user opened in the last 30 days: too old to act, not to be shown. */
  openedForm(session: Session, csrfToken: string): boolean;
}

const cookieName = '__Host-planlens-session';
/** Short, because the renewal is silent: CRM users are signed in to SuperOffice all day. */
const lifetimeMs = 60 * 60_000;
/** Scripts can read the token, so it is valid for a shorter time. */
const bearerLifetimeMs = 15 * 60_000;
const dayMs = 24 * 60 * 60_000;
/** Days after which a form that is still open counts as nobody's. */
const openFormDays = 30;
/** A sign-in must lead to a session within this time. Otherwise the panel would sign in over and over. */
const expectedWithinMs = 20_000;

/** Whether a sign-in completed so recently that its session should exist. Times in ms; 0 for no sign-in. */
export function isSessionExpected(signedInAt: number, now: number): boolean {
  return now - signedInAt < expectedWithinMs;
}

/** Where a token is carried. Each use has keys of its own, so that no token can serve another use. */
type Use = 'session' | 'bearer';

/** Sessions are signed tokens, so that every process can read them. They are bound to one origin and environment. */
export function createSessions(deps: {
  keys: Keyring;
  /** The issuer. */
  publicUrl: string;
  /** The audience: the sign-in of the SuperOffice environment that identified the user. */
  loginUrl: string;
  /** Whether a session with a valid token no longer counts. */
  isEnded: (session: Session) => Promise<boolean>;
  /** Whether memory tells that it counts; false if `isEnded` must decide. */
  isGoingOn: (session: Session) => boolean;
  /** Ms since 1970. */
  now: () => number;
}): Sessions {
  const { publicUrl: issuer, loginUrl: audience, isEnded, isGoingOn, now } = deps;
  const keys = { session: deriveKeyring(deps.keys, 'session'), bearer: deriveKeyring(deps.keys, 'bearer') };
  const formKeys = deriveKeyring(deps.keys, 'form');
  // By their digests: no token stays in memory.
  const verifiedTokens = new LRUCache<string, VerifiedToken>(atMost(maxVerifiedTokens));

  function sign(use: Use, session: Session, expiresAt: number): string {
    const { id, key } = keys[use].current;
    const [iat, exp] = [now(), expiresAt].map((ms) => Math.floor(ms / 1000));
    const claims = { ...session, use, iat, exp };
    return jwt.sign(claims, key, { algorithm: 'HS256', keyid: id, issuer, audience });
  }

  function verifySignature(use: Use, token: string): VerifiedToken | null {
    try {
      // Decoding throws as well if a part of the token is not JSON.
      const key = keys[use].byId.get(readKeyId(token));
      if (key === undefined) return null;
      const clockTimestamp = Math.floor(now() / 1000);
      const options = { algorithms: ['HS256' as const], issuer, audience, clockTimestamp };
      const claims = verifiedSchema.parse(jwt.verify(token, key, options));
      return claims.use === use ? { use, exp: claims.exp, session: sessionSchema.parse(claims) } : null;
    } catch {
      return null;
    }
  }

  function verify(use: Use, token: string): Session | null {
    const digest = sha256Base64Url(token);
    const known = verifiedTokens.get(digest);
    if (known !== undefined) return known.use === use && now() < known.exp * 1000 ? known.session : null;
    const verified = verifySignature(use, token);
    if (verified !== null) verifiedTokens.set(digest, verified);
    return verified?.session ?? null;
  }

  // Depends on the user, not on the session token, so that a renewed session does not invalidate an open form.
  const signForm = (key: KeyObject, { tenantId, associateId }: Session, day: number) =>
    createHmac('sha256', key).update(`${issuer} ${tenantId} ${associateId} ${day}`).digest('base64url');
  const today = () => Math.floor(now() / dayMs);
  /** Whether a CSRF token is of this day or one of the days before, `days` in all. */
  const isOfLastDays = (session: Session, sent: string, days: number) => {
    const accepted = [...formKeys.byId.values()].flatMap((key) =>
      Array.from({ length: days }, (_each, ago) => signForm(key, session, today() - ago)),
    );
    return accepted.filter((expected) => isEqual(expected, sent)).length > 0;
  };

  return {
    async read(request) {
      // The bearer token precedes the cookie, because only pages without the cookie send it.
      const bearer = findBearer(request);
      const session =
        bearer === undefined
          ? verify('session', readCookie(request, cookieName) ?? '')
          : verify('bearer', bearer);
      return session === null || (await isEnded(session)) ? null : session;
    },

    peek(request) {
      if (request.headers.authorization !== undefined) return null;
      const session = verify('session', readCookie(request, cookieName) ?? '');
      return session !== null && isGoingOn(session) ? session : null;
    },

    write(response, session) {
      const expiresAt = session.signedInAt + lifetimeMs;
      writeCookie(response, cookieName, sign('session', session, expiresAt), Math.max(0, expiresAt - now()));
    },

    createBearer(session) {
      return sign('bearer', session, Math.min(session.signedInAt + lifetimeMs, now() + bearerLifetimeMs));
    },

    clear(response) {
      writeCookie(response, cookieName, '', 0);
    },

    csrfToken: (session) => signForm(formKeys.current.key, session, today()),

    verifyCsrfToken: (session, sent) => isOfLastDays(session, sent, 2),

    openedForm: (session, sent) => isOfLastDays(session, sent, openFormDays),
  };
}

/** Reads the `kid` of a token's header. @throws if the header is not JSON */
function readKeyId(token: string): string {
  const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString();
  return headerSchema.parse(JSON.parse(header)).kid;
}

function isEqual(expected: string, sent: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(sent)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Whether a request has a bearer token, which the panel's script sends if the browser blocks cookies. */
export function hasBearer(request: Request): boolean {
  return findBearer(request) !== undefined;
}

function findBearer({ headers }: Request): string | undefined {
  return /^Bearer (\S*)$/i.exec(headers.authorization ?? '')?.[1];
}
