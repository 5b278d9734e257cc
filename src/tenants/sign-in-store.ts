import { z } from 'zod';
import { randomToken, sha256Base64Url } from '../crypto/random-token.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database } from '../database/database.ts';

const reader = { language: z.string(), tenantId: z.string(), associateId: z.int() };
const purposeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('install') }),
  z.object({ kind: z.literal('panel'), ...reader }),
  /** For a panel that cannot sign in within its frame; `challenge` names the page that waits for it. */
  z.object({ kind: z.literal('pop-up'), ...reader, challenge: z.string() }),
  /** To one of the administrators' pages; tenant and user are null where only SuperOffice can tell them. */
  z.object({
    kind: z.literal('administration'),
    path: z.enum(['/admin', '/setup']),
    language: z.string(),
    tenantId: z.string().nullable(),
    associateId: z.int().nullable(),
  }),
]);

/** What a sign-in under way is for, and where to go on afterwards. */
export type SignInPurpose = Readonly<z.infer<typeof purposeSchema>>;

const stateSchema = z.object({
  purpose: purposeSchema,
  nonce: z.string(),
  codeChallenge: z.string(),
  expiresAt: z.int(),
});

/** A sign-in to send to SuperOffice; `codeVerifier` stays with the browser that began it, and only there. */
export interface BegunSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly codeChallenge: string;
  readonly codeVerifier: string;
}

export interface CompletedSignIn {
  readonly valid: true;
  readonly purpose: SignInPurpose;
  readonly nonce: string;
}

/** `unknown`: never given, used or expired; `foreign`: another browser began it, or this one keeps no cookies. */
export interface RefusedSignIn {
  readonly valid: false;
  readonly reason: 'unknown' | 'mismatch';
  /** What it was for, where the state is one of ours. */
  readonly purpose: SignInPurpose | null;
}

export type SignInStore = ReturnType<typeof createSignInStore>;

/**
 * How long a user may take at SuperOffice's sign-in page: as long as its code lives
 * (docs/superoffice/auth.md#21-authorize-request).
 */
export const signInLifetimeMs = 10 * 60_000;

const place = 'sign-in state';

/**
 * Sign-ins under way, each bound to the browser that began it and good for one answer. A begun one is kept by nobody
 * but the browser: its state carries it, sealed. So whoever begins sign-ins without end fills no table; only those
 * that were answered leave a row, until they would have expired anyway.
 */
export function createSignInStore(deps: { db: Database; secrets: SecretBox; now: () => number }) {
  const { db, secrets, now } = deps;

  return {
    begin(purpose: SignInPurpose): BegunSignIn {
      const [nonce, codeVerifier] = [randomToken(), randomToken()];
      const codeChallenge = sha256Base64Url(codeVerifier);
      const sealed = JSON.stringify({ purpose, nonce, codeChallenge, expiresAt: now() + signInLifetimeMs });
      return { state: secrets.encrypt(sealed, place), nonce, codeChallenge, codeVerifier };
    },

    /** Takes the sign-in a callback answers, so that no second callback can. */
    async take(state: string, codeVerifier: string): Promise<CompletedSignIn | RefusedSignIn> {
      const begun = opened(state);
      if (begun === null) return { valid: false, reason: 'unknown', purpose: null };
      const { purpose, nonce } = begun;
      const refused = (reason: RefusedSignIn['reason']) => ({ valid: false, reason, purpose }) as const;
      if (begun.expiresAt < now() || (await isConsumed(begun))) return refused('unknown');
      if (sha256Base64Url(codeVerifier) !== begun.codeChallenge) return refused('mismatch');
      return (await isFirstUse(begun)) ? { valid: true, purpose, nonce } : refused('unknown');
    },
  };

  function opened(state: string): z.infer<typeof stateSchema> | null {
    try {
      return stateSchema.parse(JSON.parse(secrets.decrypt(state, place)));
    } catch {
      return null;
    }
  }

  /** Asked before whose it is: a browser that comes again no longer has its verifier. */
  async function isConsumed({ nonce }: { nonce: string }): Promise<boolean> {
    const row = await db
      .selectFrom('consumed_nonces')
      .select('nonce')
      .where('nonce', '=', nonce)
      .executeTakeFirst();
    return row !== undefined;
  }

  async function isFirstUse({ nonce, expiresAt }: { nonce: string; expiresAt: number }): Promise<boolean> {
    await db.deleteFrom('consumed_nonces').where('expires_at', '<', new Date(now())).execute();
    const kept = await db
      .insertInto('consumed_nonces')
      .values({ nonce, expires_at: new Date(expiresAt) })
      .onConflict((conflict) => conflict.column('nonce').doNothing())
      .executeTakeFirst();
    return kept.numInsertedOrUpdatedRows === 1n;
  }
}
