import { z } from 'zod';
import { sha256Base64Url } from '../crypto/random-token.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database } from '../database/database.ts';

/**
 * Hands sessions from a sign-in pop-up to the panel that opened it, across processes. A session is bound to the panel's
 * challenge, the SHA-256 of a verifier that never leaves the panel's page. The session counts only as its encrypted copy, so that
 * nobody who can only write to the database signs in.
 */
export interface HandoffStore {
  /** Stores a session for the panel with this challenge. */
  offer(session: { readonly tenantId: string }, challenge: string): Promise<void>;
  /**
   * @returns the session, once, to be validated by the caller; null if none was offered for the verifier, if it has expired,
   * or if it was changed
   */
  redeem(verifier: string): Promise<unknown>;
}

/** A panel asks every few seconds, but browsers slow down pages in the background to one question a minute. */
export const handoffLifetimeMs = 2 * 60_000;

const storedSchema = z.object({ encrypted: z.string() });

/** @param deps.now the current time, ms since 1970 */
export function createHandoffStore(deps: {
  db: Database;
  secrets: SecretBox;
  now: () => number;
}): HandoffStore {
  const { db, secrets, now } = deps;

  function decrypt(stored: unknown, challenge: string): unknown {
    try {
      return JSON.parse(secrets.decrypt(storedSchema.parse(stored).encrypted, challenge));
    } catch {
      return null;
    }
  }

  return {
    async offer(session, challenge) {
      // The other fields are for a process of 0.2.0, and for the erasure of a user.
      const encrypted = secrets.encrypt(JSON.stringify(session), challenge);
      const content = JSON.stringify({ ...session, encrypted });
      const offered = { session: content, expires_at: new Date(now() + handoffLifetimeMs) };
      await db.deleteFrom('session_exchange_codes').where('expires_at', '<', new Date(now())).execute();
      await db
        .insertInto('session_exchange_codes')
        .values({ code_hash: challenge, challenge, context_identifier: session.tenantId, ...offered })
        .onConflict((conflict) => conflict.column('code_hash').doUpdateSet(offered))
        .execute();
    },

    async redeem(verifier) {
      const challenge = sha256Base64Url(verifier);
      const row = await db
        .deleteFrom('session_exchange_codes')
        .where('code_hash', '=', challenge)
        .returning(['session', 'expires_at'])
        .executeTakeFirst();
      if (row === undefined || row.expires_at.getTime() <= now()) return null;
      return decrypt(row.session, challenge);
    },
  };
}
