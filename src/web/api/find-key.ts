import type { Request } from 'express';
import type { ApiKeyStore, KnownApiKey } from '../../tenants/api-key-store.ts';
import { countedLookup } from '../middleware/counted-lookup.ts';
import type { ApiLimits } from './api-limits.ts';

/**
 * Finds a key that a client sent; it may be revoked or expired. Queries for unknown keys are limited.
 * @throws AppError `api-limit`
 */
export type FindKey = (request: Request, key: string) => Promise<KnownApiKey | null>;

export function createFindKey(deps: {
  apiKeys: Pick<ApiKeyStore, 'findByKey'>;
  limits: Pick<ApiLimits, 'countLookup' | 'uncountLookup'>;
}): FindKey {
  const { apiKeys, limits } = deps;
  return (request, key) =>
    countedLookup((beforeRead) => apiKeys.findByKey(key, beforeRead), {
      count: () => limits.countLookup(request),
      uncount: () => limits.uncountLookup(request),
    });
}
