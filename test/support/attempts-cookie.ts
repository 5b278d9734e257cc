import { createHash } from 'node:crypto';

/** The name of the cookie that counts a user's sign-ins without a click and knows how they sign in. */
export function attemptsCookieName(tenantId: string, associateId: number): string {
  const hash = createHash('sha256').update(`${tenantId}.${associateId}`).digest('base64url');
  return `__Host-planlens-attempts-${hash.slice(0, 16)}`;
}
