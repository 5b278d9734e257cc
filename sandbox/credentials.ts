import { randomBytes, randomInt } from 'node:crypto';

const accessTokenMs = 3600 * 1000;
const ticketMs = 6 * 3600 * 1000;

/** Who calls the web API: a signed-in user, or the app itself as the tenant's system user. */
export type Caller =
  | { readonly kind: 'user'; readonly ctx: string; readonly associateId: number }
  | { readonly kind: 'system-user'; readonly ctx: string };

export interface Credentials {
  /** `8A:{ctx}.{base64}`, valid for 3600 seconds (auth.md 2.2). */
  issueAccessToken(ctx: string, associateId: number): string;
  /** 64 characters, reusable until the consent is revoked (auth.md 2.2). */
  issueRefreshToken(ctx: string, associateId: number): string;
  /** `7T:` and the base64 of UTF-16LE text, valid for 6 hours after each use (auth.md 5.5). */
  issueTicket(ctx: string): string;
  /** Whose access token or ticket this is; undefined when unknown or expired. Counts as a use of a ticket. */
  callerOf(secret: string): Caller | undefined;
  userOfRefreshToken(secret: string): { ctx: string; associateId: number } | undefined;
  /** Ends every ticket and access token of a tenant, or of all. */
  expire(ctx: string | undefined): void;
  /** Ends everything of a tenant, refresh tokens too: its consent is gone. */
  revoke(ctx: string): void;
  reset(): void;
}

/** Makes the store of everything opaque that opens the web API. It lives in memory. */
export function createCredentials(deps: { now: () => number }): Credentials {
  const live = new Map<string, { caller: Caller; until: number }>();
  const refreshTokens = new Map<string, { ctx: string; associateId: number }>();

  const expire = (ctx: string | undefined) => {
    for (const [secret, { caller }] of live) {
      if (ctx === undefined || caller.ctx === ctx) live.delete(secret);
    }
  };

  return {
    issueAccessToken: (ctx, associateId) => {
      const token = `8A:${ctx}.${randomBytes(64).toString('base64')}`;
      live.set(token, { caller: { kind: 'user', ctx, associateId }, until: deps.now() + accessTokenMs });
      return token;
    },
    issueRefreshToken: (ctx, associateId) => {
      const token = randomText(64);
      refreshTokens.set(token, { ctx, associateId });
      return token;
    },
    issueTicket: (ctx) => {
      const text = `${randomBytes(16).toString('hex')};${randomInt(1_000_000_000)};${ctx}`;
      const ticket = `7T:${Buffer.from(text, 'utf16le').toString('base64')}`;
      live.set(ticket, { caller: { kind: 'system-user', ctx }, until: deps.now() + ticketMs });
      return ticket;
    },
    callerOf: (secret) => {
      const entry = live.get(secret);
      if (!entry || entry.until < deps.now()) return undefined;
      if (entry.caller.kind === 'system-user') entry.until = deps.now() + ticketMs;
      return entry.caller;
    },
    userOfRefreshToken: (secret) => refreshTokens.get(secret),
    expire,
    revoke: (ctx) => {
      expire(ctx);
      for (const [token, owner] of refreshTokens) if (owner.ctx === ctx) refreshTokens.delete(token);
    },
    reset: () => {
      live.clear();
      refreshTokens.clear();
    },
  };
}

/** Random letters, digits, `-` and `_`. */
export function randomText(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}
