import { z } from 'zod';
import { randomToken, sha256Base64Url } from '../crypto/random-token.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database } from '../database/database.ts';

const panelUser = { language: z.string(), tenantId: z.string(), associateId: z.int() };
const purposeSchema = z.discriminatedUnion('kind', [
  /** A sign-in that an earlier version began names no language. */
  z.object({ kind: z.literal('install'), language: z.string().default('') }),
  /**
   * `returnTo` is the page of the panel that asked for it, if it is not the panel itself. `inHiddenFrame`: in a frame of
   * the page that the panel shows meanwhile, not in the panel's own.
   */
  z.object({
    kind: z.literal('panel'),
    ...panelUser,
    returnTo: z.string().exactOptional(),
    inHiddenFrame: z.literal(true).exactOptional(),
  }),
  /** For a panel that cannot sign in inside its frame; `challenge` identifies the panel that opened the pop-up. */
  z.object({ kind: z.literal('pop-up'), ...panelUser, challenge: z.string() }),
  /** For the plan matrix by a link that names no user; `query` names its plans. */
  z.object({ kind: z.literal('plans'), tenantId: z.string(), language: z.string(), query: z.string() }),
  /**
   * For the administration page `path` with `query`; tenant and user are null until SuperOffice reports them. A sign-in
   * that an earlier version began has no query.
   */
  z.object({
    kind: z.literal('administration'),
    path: z.string(),
    query: z.string().default(''),
    language: z.string(),
    tenantId: z.string().nullable(),
    associateId: z.int().nullable(),
  }),
]);

/** The purpose of a sign-in, and where it continues afterwards. */
export type SignInPurpose = Readonly<z.infer<typeof purposeSchema>>;

const stateSchema = z.object({
  purpose: purposeSchema,
  nonce: z.string(),
  codeChallenge: z.string(),
  expiresAt: z.int(),
});

/** A started sign-in. `codeVerifier` is stored only in the browser that started it. */
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

interface RefusedSignIn {
  readonly valid: false;
  /**
   * `unknown`: the state was never issued, is consumed or has expired. `mismatch`: another browser started the sign-in,
   * or this browser blocks cookies.
   */
  readonly reason: 'unknown' | 'mismatch';
  /** Null if the state was never issued. */
  readonly purpose: SignInPurpose | null;
}

/**
 * Sign-ins in progress, each bound to the browser that started it and valid for one callback. A started sign-in is not
 * stored: its state carries it, encrypted, so that starting sign-ins cannot fill a table. Only a consumed nonce leaves a
 * row until it expires.
 */
export interface SignInStore {
  begin(purpose: SignInPurpose): BegunSignIn;
  /** Consumes the sign-in of a callback, so that no second callback can use it. */
  consume(state: string, codeVerifier: string): Promise<CompletedSignIn | RefusedSignIn>;
}

/**
 * The time a user has on the sign-in page of SuperOffice: the lifetime of an authorization code
 * (docs/superoffice/auth.md#21-authorize-request).
 */
export const signInLifetimeMs = 10 * 60_000;

const associatedData = 'sign-in state';

/** @param deps.now the current time, ms since 1970 */
export function createSignInStore(deps: {
  db: Database;
  secrets: SecretBox;
  now: () => number;
}): SignInStore {
  const { db, secrets, now } = deps;

  return {
    begin(purpose) {
      const [nonce, codeVerifier] = [randomToken(), randomToken()];
      const codeChallenge = sha256Base64Url(codeVerifier);
      const content = JSON.stringify({ purpose, nonce, codeChallenge, expiresAt: now() + signInLifetimeMs });
      return { state: secrets.encrypt(content, associatedData), nonce, codeChallenge, codeVerifier };
    },

    async consume(state, codeVerifier) {
      const begun = decryptState(state);
      if (begun === null) return { valid: false, reason: 'unknown', purpose: null };
      const { purpose, nonce } = begun;
      const refused = (reason: RefusedSignIn['reason']) => ({ valid: false, reason, purpose }) as const;
      // Checked before the verifier, which a browser no longer has when it repeats a callback.
      if (begun.expiresAt < now() || (await isConsumed(begun))) return refused('unknown');
      if (sha256Base64Url(codeVerifier) !== begun.codeChallenge) return refused('mismatch');
      return (await consumeNonce(begun)) ? { valid: true, purpose, nonce } : refused('unknown');
    },
  };

  function decryptState(state: string): z.infer<typeof stateSchema> | null {
    try {
      return stateSchema.parse(JSON.parse(secrets.decrypt(state, associatedData)));
    } catch {
      return null;
    }
  }

  async function isConsumed({ nonce }: { nonce: string }): Promise<boolean> {
    const row = await db
      .selectFrom('consumed_nonces')
      .select('nonce')
      .where('nonce', '=', nonce)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** @returns false if another callback consumed the nonce first */
  async function consumeNonce({ nonce, expiresAt }: { nonce: string; expiresAt: number }): Promise<boolean> {
    await db.deleteFrom('consumed_nonces').where('expires_at', '<', new Date(now())).execute();
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('consumed_nonces')
      .values({ nonce, expires_at: new Date(expiresAt) })
      .onConflict((conflict) => conflict.column('nonce').doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }
}
