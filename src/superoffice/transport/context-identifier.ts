const CONTEXT_IDENTIFIER = /^Cust\d+$/;

/**
 * True for a tenant's context identifier such as `Cust12345`; anything else may not reach a URL
 * (docs/superoffice/auth.md#rule-13).
 */
export function isContextIdentifier(value: unknown): value is string {
  return typeof value === 'string' && CONTEXT_IDENTIFIER.test(value);
}
