/** A token taken apart, nothing in it trusted yet. */
export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Far above any real token, far below what would make parsing a burden. */
const MAX_TOKEN_CHARACTERS = 32_768;

/**
 * The header and payload of a compact JWT, or null unless it is three base64url parts of which two are JSON
 * objects (docs/superoffice/auth.md#rule-1).
 */
export function decodeJwt(token: string): DecodedJwt | null {
  if (token.length > MAX_TOKEN_CHARACTERS) return null;
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every(isBase64url)) return null;
  const [header, payload] = parts.slice(0, 2).map(parseJsonObject);
  return header && payload ? { header, payload } : null;
}

/** Only the one exact spelling of some bytes: otherwise a token could be altered and still hold. */
function isBase64url(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function parseJsonObject(part: string): Record<string, unknown> | null {
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url'));
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
