import { randomBytes, randomInt } from 'node:crypto';

const accessTokenMs = 3600 * 1000;
const ticketMs = 6 * 3600 * 1000;

/** A caller of the web API: a signed-in user, or the app as the tenant's system user. */
export type ApiCaller =
  | { readonly kind: 'user'; readonly tenantId: string; readonly associateId: number }
  | { readonly kind: 'system-user'; readonly tenantId: string };

export interface Credentials {
  /** `8A:{tenantId}.{base64}`, valid for 3600 seconds (docs/superoffice/auth.md#22-token-request). */
  issueAccessToken(tenantId: string, associateId: number): string;
  /** 64 characters, reusable until the consent is revoked (docs/superoffice/auth.md#22-token-request). */
  issueRefreshToken(tenantId: string, associateId: number): string;
  /**
   * `7T:` and the base64 of UTF-16LE text, valid for 6 hours after each use
   * (docs/superoffice/auth.md#55-jwt-and-ticket).
   */
  issueTicket(tenantId: string): string;
  /** The caller of an access token or ticket; undefined when unknown or expired. Extends the life of a ticket. */
  findCaller(secret: string): ApiCaller | undefined;
  findRefreshTokenUser(secret: string): { tenantId: string; associateId: number } | undefined;
  /** Expires all tickets and access tokens of one tenant, or of all tenants. */
  expire(tenantId: string | undefined): void;
  /** Deletes all credentials of a tenant, including refresh tokens, when its consent is revoked. */
  revoke(tenantId: string): void;
  reset(): void;
}

/** Creates the in-memory store of access tokens, refresh tokens and tickets. */
export function createCredentials(deps: { now: () => number }): Credentials {
  const live = new Map<string, { caller: ApiCaller; until: number }>();
  const refreshTokens = new Map<string, { tenantId: string; associateId: number }>();

  const expire = (tenantId: string | undefined) => {
    for (const [secret, { caller }] of live) {
      if (tenantId === undefined || caller.tenantId === tenantId) live.delete(secret);
    }
  };

  return {
    issueAccessToken: (tenantId, associateId) => {
      const token = `8A:${tenantId}.${randomBytes(64).toString('base64')}`;
      live.set(token, {
        caller: { kind: 'user', tenantId, associateId },
        until: deps.now() + accessTokenMs,
      });
      return token;
    },
    issueRefreshToken: (tenantId, associateId) => {
      const token = randomToken(64);
      refreshTokens.set(token, { tenantId, associateId });
      return token;
    },
    issueTicket: (tenantId) => {
      const text = `${randomBytes(16).toString('hex')};${randomInt(1_000_000_000)};${tenantId}`;
      const ticket = `7T:${Buffer.from(text, 'utf16le').toString('base64')}`;
      live.set(ticket, { caller: { kind: 'system-user', tenantId }, until: deps.now() + ticketMs });
      return ticket;
    },
    findCaller: (secret) => {
      const entry = live.get(secret);
      if (!entry || entry.until < deps.now()) return undefined;
      if (entry.caller.kind === 'system-user') entry.until = deps.now() + ticketMs;
      return entry.caller;
    },
    findRefreshTokenUser: (secret) => refreshTokens.get(secret),
    expire,
    revoke: (tenantId) => {
      expire(tenantId);
      for (const [token, owner] of refreshTokens)
        if (owner.tenantId === tenantId) refreshTokens.delete(token);
    },
    reset: () => {
      live.clear();
      refreshTokens.clear();
    },
  };
}

/** Random letters, digits, `-` and `_`. */
export function randomToken(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}
