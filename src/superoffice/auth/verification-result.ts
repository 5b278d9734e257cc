/**
 * Why a token is rejected: a closed list of codes that are safe to log (docs/superoffice/auth.md#rule-19).
 */
export const tokenReasons = [
  'malformed',
  'algorithm',
  'key-unknown',
  'keys-unreachable',
  'signature',
  'expired',
  'not-yet-valid',
  'time-claims',
  'iat',
  'issuer',
  'audience',
  'nonce',
  'ctx-malformed',
  'ctx-mismatch',
  'associate',
  'associate-mismatch',
  'serial',
  'ticket',
  'profile',
] as const;

/** One of the codes in `tokenReasons`. */
export type TokenReason = (typeof tokenReasons)[number];

/** The result of verifying a token: its required claims, or the reason why it is rejected. */
export type VerificationResult<T> =
  | { readonly valid: true; readonly claims: T }
  | { readonly valid: false; readonly reason: TokenReason };

/** The result for a valid token. */
export function accepted<T>(claims: T): VerificationResult<T> {
  return { valid: true, claims };
}

/** The result for an invalid token. */
export function rejected(reason: TokenReason): { readonly valid: false; readonly reason: TokenReason } {
  return { valid: false, reason };
}
