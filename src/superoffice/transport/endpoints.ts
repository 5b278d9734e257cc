const contextIdentifierPattern = /^Cust\d+$/;

/**
 * True for a tenant's context identifier such as `Cust12345`. Check it before it becomes part of a URL
 * (docs/superoffice/auth.md#rule-13).
 */
export function isContextIdentifier(value: unknown): value is string {
  return typeof value === 'string' && contextIdentifierPattern.test(value);
}

/** URLs of the login host of one SuperOffice environment, without a trailing slash. */
export interface LoginEndpoints {
  /** Also the `iss` claim of an id_token. */
  readonly issuer: string;
  readonly tokens: string;
  readonly jwks: string;
  readonly partnerSystemUser: string;
  /** Sign-in page: `common` shows SuperOffice's tenant picker, a context identifier skips it. */
  authorize(tenant: string): string;
  /** The state API of one tenant. */
  state(tenantId: string): string;
}

/**
 * The endpoints of a login host such as `https://sod.superoffice.com` (docs/superoffice/auth.md#1-endpoints).
 * A path or trailing slash is ignored.
 */
export function loginEndpoints(loginUrl: string): LoginEndpoints {
  const base = new URL(loginUrl).origin;
  return {
    issuer: base,
    tokens: `${base}/login/common/oauth/tokens`,
    jwks: `${base}/login/.well-known/jwks`,
    partnerSystemUser: `${base}/Login/api/PartnerSystemUser/Authenticate`,
    authorize: (tenant) => `${base}/login/${encodeURIComponent(tenant)}/oauth/authorize`,
    state: (tenantId) => `${base}/api/state/${encodeURIComponent(tenantId)}`,
  };
}

/** Returns the parsed URL if a credential may be sent to it, otherwise null. */
export type ToAllowedUrl = (url: string) => URL | null;

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Restricts where credentials are sent (docs/superoffice/auth.md#rule-17). A URL is allowed if it uses https
 * on the default port, has no user info, and its host is listed in `hosts`. An entry that starts with a dot
 * matches all subdomains, any other entry one exact host. A loopback host is allowed over http on any port,
 * for the sandbox.
 */
export function createAllowedHosts(hosts: readonly string[]): ToAllowedUrl {
  const entries = hosts.map((host) => host.trim().toLowerCase()).filter((host) => host !== '');
  return (url) => {
    const target = URL.canParse(url) ? new URL(url) : null;
    if (target === null || target.username !== '' || target.password !== '') return null;
    return entries.some((entry) => allows(entry, target)) ? target : null;
  };
}

function allows(entry: string, target: URL): boolean {
  if (loopbackHosts.has(entry)) return target.protocol === 'http:' && target.hostname === entry;
  if (target.protocol !== 'https:' || target.port !== '') return false;
  if (!entry.startsWith('.')) return target.hostname === entry;
  return target.hostname.endsWith(entry) && target.hostname.length > entry.length;
}
