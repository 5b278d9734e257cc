import type { ApiKey } from '../../../tenants/api-key-store.ts';

/** How near the expiry of a key is: `soon` leaves time to replace the key. */
export type KeyExpiry = 'expired' | 'soon' | 'later';

const noticeMs = 14 * 24 * 60 * 60_000;

/** @param now the current time, ms since 1970 */
export function keyExpiry({ expiresAt }: Pick<ApiKey, 'expiresAt'>, now: number): KeyExpiry {
  if (expiresAt === null) return 'later';
  const left = expiresAt.getTime() - now;
  return left <= 0 ? 'expired' : left <= noticeMs ? 'soon' : 'later';
}

/** The keys in use that expire soon, or expired so recently that an app may still send them. */
export function keysNearExpiry<K extends Pick<ApiKey, 'expiresAt' | 'revokedAt'>>(
  keys: readonly K[],
  now: number,
): readonly (K & { readonly expiresAt: Date })[] {
  return keys.filter(
    (key): key is K & { readonly expiresAt: Date } =>
      key.revokedAt === null && key.expiresAt !== null && Math.abs(key.expiresAt.getTime() - now) <= noticeMs,
  );
}
