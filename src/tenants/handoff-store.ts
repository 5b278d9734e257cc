import { randomToken, sha256Base64Url } from '../crypto/random-token.ts';
import type { Database } from '../database/database.ts';

/**
 * One-time exchange codes that hand a session from a sign-in pop-up to the panel that opened it, across processes. A code
 * is bound to the panel's challenge, the SHA-256 of a verifier that never leaves the panel's page, so a stolen code is
 * useless. Only a hash of the code is stored.
 */
export interface HandoffStore {
  /** @returns a code for the panel with this challenge */
  issue(session: { readonly tenantId: string }, challenge: string): Promise<string>;
  /**
   * Exchanges a code once; a wrong verifier consumes it too.
   * @returns the session, to be validated by the caller; null if the code is unknown, consumed, expired or bound to
   * another panel
   */
  redeem(code: string, verifier: string): Promise<unknown>;
}

/** A panel redeems its code immediately. */
export const handoffLifetimeMs = 60_000;

/** @param deps.now the current time, ms since 1970 */
export function createHandoffStore(deps: { db: Database; now: () => number }): HandoffStore {
  const { db, now } = deps;

  return {
    async issue(session, challenge) {
      const code = randomToken();
      await db.deleteFrom('session_exchange_codes').where('expires_at', '<', new Date(now())).execute();
      await db
        .insertInto('session_exchange_codes')
        .values({
          code_hash: sha256Base64Url(code),
          context_identifier: session.tenantId,
          challenge,
          session: JSON.stringify(session),
          expires_at: new Date(now() + handoffLifetimeMs),
        })
        .execute();
      return code;
    },

    async redeem(code, verifier) {
      const row = await db
        .deleteFrom('session_exchange_codes')
        .where('code_hash', '=', sha256Base64Url(code))
        .returning(['challenge', 'session', 'expires_at'])
        .executeTakeFirst();
      const valid =
        row !== undefined && row.expires_at.getTime() > now() && row.challenge === sha256Base64Url(verifier);
      return valid ? row.session : null;
    },
  };
}
