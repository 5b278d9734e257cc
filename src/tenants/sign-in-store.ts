import { createHash, timingSafeEqual } from 'node:crypto';
import type { Database } from './database.ts';

/** What a sign-in under way is for, and where to go on afterwards. */
export type SignInPurpose =
  | { readonly kind: 'install' }
  | { readonly kind: 'panel'; readonly language: string; readonly ctx: string; readonly associateId: number };

export interface SignIn {
  readonly purpose: SignInPurpose;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export type SignInStore = ReturnType<typeof createSignInStore>;

/** How long a user may take at SuperOffice's sign-in page: as long as its code lives (auth.md 2.1). */
export const signInLifetimeMs = 10 * 60_000;

/** Sign-ins under way, each bound to the browser that began it and good for one answer. */
export function createSignInStore(deps: { db: Database; now: () => number }) {
  const { db, now } = deps;

  return {
    async start(signIn: SignIn & { state: string; browser: string }): Promise<void> {
      await db.deleteFrom('sign_ins').where('expires_at', '<', new Date(now())).execute();
      await db
        .insertInto('sign_ins')
        .values({
          state_hash: hash(signIn.state),
          browser_hash: hash(signIn.browser),
          purpose: JSON.stringify(signIn.purpose),
          nonce: signIn.nonce,
          code_verifier: signIn.codeVerifier,
          expires_at: new Date(now() + signInLifetimeMs),
        })
        .execute();
    },

    /**
     * Takes the sign-in a callback answers, so that no second callback can.
     * @returns `unknown` for a state never given, used or expired; `foreign` where another browser began it
     */
    async take(state: string, browser: string): Promise<SignIn | 'unknown' | 'foreign'> {
      const found = await db
        .selectFrom('sign_ins')
        .select('browser_hash')
        .where('state_hash', '=', hash(state))
        .where('expires_at', '>=', new Date(now()))
        .executeTakeFirst();
      if (found === undefined) return 'unknown';
      if (!timingSafeEqual(Buffer.from(found.browser_hash), Buffer.from(hash(browser)))) return 'foreign';

      const taken = await db
        .deleteFrom('sign_ins')
        .where('state_hash', '=', hash(state))
        .returningAll()
        .executeTakeFirst();
      if (taken === undefined) return 'unknown';
      return {
        purpose: taken.purpose as SignInPurpose,
        nonce: taken.nonce,
        codeVerifier: taken.code_verifier,
      };
    },
  };
}

/** The database holds no value that a thief of a backup could answer a sign-in with. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
