/** The addresses of one SuperOffice environment's login host; none ends in a slash. */
export interface LoginEndpoints {
  /** Also the expected issuer of an id_token. */
  readonly issuer: string;
  readonly tokens: string;
  readonly jwks: string;
  readonly partnerSystemUser: string;
  /** Where a user signs in: `common` shows the tenant picker, a context identifier skips it. */
  authorize(tenant: string): string;
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

/** Answers the parsed URL if a credential may be sent to it, otherwise null. */
export type ToAllowedUrl = (url: string) => URL | null;

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The one gate before a credential leaves us (docs/superoffice/auth.md#rule-17): https on the default port,
 * without user info, on a host named by `hosts`. An entry starting with a dot is a suffix, any other an exact
 * host. An entry naming a loopback host allows that host by http on any port, for the sandbox.
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
  if (LOOPBACK_HOSTS.has(entry)) return target.protocol === 'http:' && target.hostname === entry;
  if (target.protocol !== 'https:' || target.port !== '') return false;
  if (!entry.startsWith('.')) return target.hostname === entry;
  return target.hostname.endsWith(entry) && target.hostname.length > entry.length;
}
