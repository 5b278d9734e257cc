import { randomUUID } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { ApiKeyRow } from '../../src/database/database.ts';

/** A row of `api_keys` that belongs to no key. */
export function apiKeyRow(
  values: Partial<Insertable<ApiKeyRow>> & Pick<ApiKeyRow, 'context_identifier'>,
): Insertable<ApiKeyRow> {
  return {
    id: randomUUID(),
    key_hash: randomUUID(),
    ending: 'abcd',
    kind: 'secret',
    name: '',
    scopes: ['evaluate'],
    origins: [],
    created_by_id: null,
    created_at: new Date(),
    expires_at: null,
    ...values,
  };
}
