/** The contents of a token that is not verified yet. */
export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Far above any real token, and low enough that parsing stays cheap. */
const maxTokenLength = 32_768;

/**
 * Decodes a compact JWT without verifying it. Returns null unless it consists of three base64url parts whose
 * first two are JSON objects (docs/superoffice/auth.md#rule-1).
 */
export function decodeJwt(token: string): DecodedJwt | null {
  if (token.length > maxTokenLength) return null;
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every(isBase64url)) return null;
  const [header, payload] = parts.slice(0, 2).map(parseJsonObject);
  return header && payload ? { header, payload } : null;
}

/** Accepts only the canonical encoding; otherwise a token could be altered and remain valid. */
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
