/** Why a token is not accepted: a closed list, safe to log (docs/superoffice/auth.md#rule-19). */
export const TOKEN_REASONS = [
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

export type TokenReason = (typeof TOKEN_REASONS)[number];

/** The outcome of verifying a token: the claims that are needed, or the one reason against it. */
export type VerificationResult<T> =
  | { readonly valid: true; readonly claims: T }
  | { readonly valid: false; readonly reason: TokenReason };

/** The verdict for a token that holds, with the claims that are needed. */
export function accepted<T>(claims: T): VerificationResult<T> {
  return { valid: true, claims };
}

/** The verdict for a token that does not hold. */
export function rejected(reason: TokenReason): { readonly valid: false; readonly reason: TokenReason } {
  return { valid: false, reason };
}
