/** What a key may be used for: answers about features, the evidence behind them, and lists of the whole tenant. */
export const apiScopes = ['evaluate', 'explain', 'export'] as const;

/** One scope of a key. */
export type ApiScope = (typeof apiScopes)[number];

/** `secret`: for a server. `publishable`: for browsers, which add the token of a user to it. */
export const apiKeyKinds = ['secret', 'publishable'] as const;

/** Where a key is used. */
export type ApiKeyKind = (typeof apiKeyKinds)[number];

/** What is needed to answer a request with a key. */
export interface KnownApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: ApiKeyKind;
  readonly scopes: ReadonlySet<ApiScope>;
  /** Origins that browsers may call from; empty for a key of a server. */
  readonly origins: readonly string[];
  /** Milliseconds since 1970; null without an expiry. */
  readonly expiresAt: number | null;
}
