import type { KeyObject } from 'node:crypto';
import { toResponseError } from '../transport/api-response.ts';
import type { HttpClient } from '../transport/http.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import { importSigningKeys, type SigningKey } from './jwk-import.ts';

/** The key named in an unverified token header: only a hint. */
export interface KeyHint {
  readonly kid?: string;
  readonly x5t?: string;
}

/** A cached JSON Web Key Set. */
export interface Jwks {
  /**
   * The key for a hint, null if no key matches.
   * @throws SuperOfficeError if no keys are cached and they cannot be fetched
   */
  findKey(hint: KeyHint): Promise<KeyObject | null>;
  /** Fetches the keys unless they are cached. Rejects like `findKey`. */
  prefetch(): Promise<void>;
}

/** Maximum time for which keys that SuperOffice withdrew remain accepted. */
const maxAgeMs = 24 * 60 * 60 * 1000;
/** Shorter than the refresh interval, because without any key every sign-in fails. */
const emptyRetryMs = 1_000;
const operation = 'jwks';

/**
 * A cache of SuperOffice's signing keys, fetched on first use (docs/superoffice/auth.md#rule-5 and #rule-6).
 * An unknown key or an expired cache causes one refresh shared by all callers, at most one per interval. If a
 * refresh fails, the cached keys remain in use.
 */
export function createJwks(deps: {
  readonly url: string;
  readonly http: HttpClient;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly refreshIntervalMs?: number;
}): Jwks {
  const { url, http, now, refreshIntervalMs = 30_000 } = deps;
  let keys: readonly SigningKey[] = [];
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let lastError = new SuperOfficeError('unreachable', operation);
  let inFlight: Promise<void> | null = null;

  async function fetchKeys(): Promise<void> {
    try {
      const fetched = await download(url, http);
      // The first fetch does not count as a refresh, so a key that changes right after it is found at once.
      if (keys.length === 0) attemptedAt = Number.NEGATIVE_INFINITY;
      keys = fetched;
      fetchedAt = now();
    } catch (error) {
      if (!(error instanceof SuperOfficeError)) throw error;
      lastError = error;
    }
  }

  async function refresh(): Promise<void> {
    const minIntervalMs = keys.length === 0 ? emptyRetryMs : refreshIntervalMs;
    if (inFlight === null && now() - attemptedAt < minIntervalMs) return;
    if (inFlight === null) {
      attemptedAt = now();
      inFlight = fetchKeys().finally(() => {
        inFlight = null;
      });
    }
    await inFlight;
  }

  async function prefetch(): Promise<void> {
    if (now() - fetchedAt >= maxAgeMs) await refresh();
    if (keys.length === 0) throw lastError;
  }

  return {
    prefetch,
    async findKey(hint) {
      await prefetch();
      const name = hint.kid ?? hint.x5t;
      if (name === undefined) return getOnlyKey(keys);
      const cached = findByName(keys, name);
      if (cached !== null) return cached;
      await refresh();
      return findByName(keys, name) ?? getOnlyKey(keys);
    },
  };
}

async function download(url: string, http: HttpClient): Promise<SigningKey[]> {
  const response = await http.request({ operation, method: 'GET', url });
  if (response.status !== 200) throw toResponseError(operation, response);
  const keys = await importSigningKeys(response.body);
  if (keys.length === 0) throw new SuperOfficeError('unexpected-response', operation, { detail: 'keys' });
  return keys;
}

function findByName(keys: readonly SigningKey[], name: string): KeyObject | null {
  const thumbprint = name.toLowerCase();
  const found = keys.find(
    (key) => key.names.has(name) || (key.thumbprint !== '' && key.thumbprint === thumbprint),
  );
  return found?.key ?? null;
}

function getOnlyKey(keys: readonly SigningKey[]): KeyObject | null {
  return keys.length === 1 ? (keys[0]?.key ?? null) : null;
}
