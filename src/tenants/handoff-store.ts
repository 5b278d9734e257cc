import { randomToken, sha256Base64Url } from '../crypto/random-token.ts';
import type { Database } from '../database/database.ts';

/** How long a panel may take to redeem what a pop-up handed over: it does so at once. */
export const handoffLifetimeMs = 60_000;

export type HandoffStore = ReturnType<typeof createHandoffStore>;

/**
 * One-time codes by which a sign-in in a pop-up reaches the panel that opened it, across processes. A code is bound to
 * the panel's challenge (the SHA-256 of a verifier that never leaves the panel's page), so a code seen by anyone else is
 * worth nothing. Kept as a hash.
 */
export function createHandoffStore(deps: { db: Database; now: () => number }) {
  const { db, now } = deps;

  return {
    /** @returns a code for the panel whose challenge this is */
    async issue(session: { readonly tenantId: string }, challenge: string): Promise<string> {
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

    /**
     * Redeems a code once; a wrong verifier spends it too.
     * @returns what was handed over, to be checked by who stored it, or null for a code never given, spent, expired or another panel's
     */
    async redeem(code: string, verifier: string): Promise<unknown> {
      const row = await db
        .deleteFrom('session_exchange_codes')
        .where('code_hash', '=', sha256Base64Url(code))
        .returning(['challenge', 'session', 'expires_at'])
        .executeTakeFirst();
      const good =
        row !== undefined && row.expires_at.getTime() > now() && row.challenge === sha256Base64Url(verifier);
      return good ? row.session : null;
    },
  };
}
