import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { atMost } from '../cache-size.ts';

/** Rows and texts that are kept to be shared: the catalogue of SuperOffice's modules has a few hundred. */
const maxShared = 10_000;

/**
 * Returns license data whose lists, rows and texts are the same objects as in other data that has equal ones. Most rows and nearly all
 * texts are equal in many tenants, and users of a plan have the same list; parsed JSON has a copy of each. The data must not be
 * changed.
 */
export type ShareRows = <T extends object>(content: T) => T;

/** Creates the sharing for one process. A list is shared while it is part of data in memory. */
export function createShareRows(): ShareRows {
  const lists = new Map<string, WeakRef<object>>();
  const forgotten = new FinalizationRegistry<string>((key) => {
    if (lists.get(key)?.deref() === undefined) lists.delete(key);
  });
  const rows = new LRUCache<string, object>(atMost(maxShared));
  const texts = new LRUCache<string, string>(atMost(maxShared));

  function shareText(text: string): string {
    const shared = texts.get(text);
    if (shared !== undefined) return shared;
    texts.set(text, text);
    return text;
  }

  function shareFields<T extends object>(row: T): T {
    const shared = { ...row };
    for (const [field, value] of Object.entries(row)) Object.assign(shared, { [field]: share(value) });
    return shared;
  }

  function shareRow(row: object): object {
    const key = digest(row);
    const shared = rows.get(key) ?? shareFields(row);
    rows.set(key, shared);
    return shared;
  }

  function shareList(list: readonly unknown[]): object {
    const key = digest(list);
    const known = lists.get(key)?.deref();
    if (known !== undefined) return known;
    const shared = list.map(share);
    lists.set(key, new WeakRef(shared));
    forgotten.register(shared, key);
    return shared;
  }

  function share(value: unknown): unknown {
    if (typeof value === 'string') return shareText(value);
    if (typeof value !== 'object' || value === null) return value;
    return Array.isArray(value) ? shareList(value) : shareRow(value);
  }

  return shareFields;
}

function digest(value: object): string {
  return hash('sha256', JSON.stringify(value), 'base64url');
}
