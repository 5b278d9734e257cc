import type { Request, Response } from 'express';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { Keyring } from '../../tenants/keyring.ts';
import { readCookie, writeCookie } from '../cookies.ts';

/** Who is signed in to the panel: an associate of one tenant, as a verified id_token said. */
export interface Session {
  readonly ctx: string;
  readonly associateId: number;
  readonly isAdministrator: boolean;
}

export interface Sessions {
  /** @returns null where there is no session, or none that we signed and that is still good */
  read(request: Request): Session | null;
  write(response: Response, session: Session): void;
}

const cookieName = '__Host-planlens-session';
/** Short, because renewing it is silent: the CRM user is signed in at SuperOffice all day. */
const lifetimeMs = 60 * 60_000;
const issuer = 'planlens';
const payloadSchema = z.object({ ctx: z.string(), associateId: z.int(), isAdministrator: z.boolean() });

/** Sessions as a signed cookie, so that any process can read them. Times from `now` (ms). */
export function createSessions({ keys, now }: { keys: Keyring; now: () => number }): Sessions {
  return {
    read(request) {
      const token = readCookie(request, cookieName);
      return token === undefined ? null : verified(token, keys, now());
    },

    write(response, session) {
      const issuedAt = Math.floor(now() / 1000);
      const token = jwt.sign(
        { ...session, iat: issuedAt, exp: issuedAt + lifetimeMs / 1000 },
        keys.current.key,
        {
          algorithm: 'HS256',
          keyid: keys.current.id,
          issuer,
        },
      );
      writeCookie(response, cookieName, token, lifetimeMs);
    },
  };
}

function verified(token: string, keys: Keyring, nowMs: number): Session | null {
  try {
    // Decoding throws too, where a part that should be JSON is not.
    const keyId = jwt.decode(token, { complete: true })?.header.kid;
    const key = keys.byId.get(keyId ?? '');
    if (key === undefined) return null;
    const clockTimestamp = Math.floor(nowMs / 1000);
    return payloadSchema.parse(jwt.verify(token, key, { algorithms: ['HS256'], issuer, clockTimestamp }));
  } catch {
    return null;
  }
}
