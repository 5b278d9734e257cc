import { randomBytes, randomInt } from 'node:crypto';

const accessTokenMs = 3600 * 1000;
const ticketMs = 6 * 3600 * 1000;

/** Who calls the web API: a signed-in user, or the app itself as the tenant's system user. */
export type ApiCaller =
  | { readonly kind: 'user'; readonly tenantId: string; readonly associateId: number }
  | { readonly kind: 'system-user'; readonly tenantId: string };

export interface Credentials {
  /** `8A:{ctx}.{base64}`, valid for 3600 seconds (docs/superoffice/auth.md#22-token-request). */
  issueAccessToken(tenantId: string, associateId: number): string;
  /** 64 characters, reusable until the consent is revoked (docs/superoffice/auth.md#22-token-request). */
  issueRefreshToken(tenantId: string, associateId: number): string;
  /**
   * `7T:` and the base64 of UTF-16LE text, valid for 6 hours after each use
   * (docs/superoffice/auth.md#55-jwt-and-ticket).
   */
  issueTicket(tenantId: string): string;
  /** Whose access token or ticket this is; undefined when unknown or expired. Counts as a use of a ticket. */
  findCaller(secret: string): ApiCaller | undefined;
  findRefreshTokenUser(secret: string): { tenantId: string; associateId: number } | undefined;
  /** Ends every ticket and access token of a tenant, or of all. */
  expire(tenantId: string | undefined): void;
  /** Ends everything of a tenant, refresh tokens too: its consent is gone. */
  revoke(tenantId: string): void;
  reset(): void;
}

/** Makes the store of everything opaque that opens the web API. It lives in memory. */
export function createCredentials(deps: { now: () => number }): Credentials {
  const live = new Map<string, { apiClient: ApiCaller; until: number }>();
  const refreshTokens = new Map<string, { tenantId: string; associateId: number }>();

  const expire = (tenantId: string | undefined) => {
    for (const [secret, { apiClient }] of live) {
      if (tenantId === undefined || apiClient.tenantId === tenantId) live.delete(secret);
    }
  };

  return {
    issueAccessToken: (tenantId, associateId) => {
      const token = `8A:${tenantId}.${randomBytes(64).toString('base64')}`;
      live.set(token, {
        apiClient: { kind: 'user', tenantId, associateId },
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
      live.set(ticket, { apiClient: { kind: 'system-user', tenantId }, until: deps.now() + ticketMs });
      return ticket;
    },
    findCaller: (secret) => {
      const entry = live.get(secret);
      if (!entry || entry.until < deps.now()) return undefined;
      if (entry.apiClient.kind === 'system-user') entry.until = deps.now() + ticketMs;
      return entry.apiClient;
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
