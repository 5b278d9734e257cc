import { sha256Base64Url } from '../crypto/random-token.ts';
import type { Database } from '../database/database.ts';

/**
 * Hands sessions from a sign-in pop-up to the panel that opened it, across processes. A session is bound to the panel's
 * challenge, the SHA-256 of a verifier that never leaves the panel's page.
 */
export interface HandoffStore {
  /** Stores a session for the panel with this challenge. */
  offer(session: { readonly tenantId: string }, challenge: string): Promise<void>;
  /** @returns the session, once, to be validated by the caller; null if none was offered for the verifier, or it has expired */
  redeem(verifier: string): Promise<unknown>;
}

/** A panel asks every few seconds, but browsers slow down pages in the background to one question a minute. */
export const handoffLifetimeMs = 2 * 60_000;

/** @param deps.now the current time, ms since 1970 */
export function createHandoffStore(deps: { db: Database; now: () => number }): HandoffStore {
  const { db, now } = deps;

  return {
    async offer(session, challenge) {
      const offered = { session: JSON.stringify(session), expires_at: new Date(now() + handoffLifetimeMs) };
      await db.deleteFrom('session_exchange_codes').where('expires_at', '<', new Date(now())).execute();
      await db
        .insertInto('session_exchange_codes')
        .values({ code_hash: challenge, challenge, context_identifier: session.tenantId, ...offered })
        .onConflict((conflict) => conflict.column('code_hash').doUpdateSet(offered))
        .execute();
    },

    async redeem(verifier) {
      const row = await db
        .deleteFrom('session_exchange_codes')
        .where('code_hash', '=', sha256Base64Url(verifier))
        .returning(['session', 'expires_at'])
        .executeTakeFirst();
      return row !== undefined && row.expires_at.getTime() > now() ? row.session : null;
    },
  };
}
