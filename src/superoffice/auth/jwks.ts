import type { KeyObject } from 'node:crypto';
import type { Http } from '../transport/http.ts';
import { toResponseError } from '../transport/refused-answer.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import { type SigningKey, signingKeys } from './jwk-import.ts';

/** What an unverified header says about its key: a hint, nothing more. */
export interface KeyHint {
  readonly kid?: string;
  readonly x5t?: string;
}

export interface Jwks {
  /**
   * The key for a hint, or null if none can be told. Throws a SuperOfficeError if no keys were ever
   * received and they cannot be fetched now.
   */
  keyFor(hint: KeyHint): Promise<KeyObject | null>;
  /** Fetches the keys if there are none yet; rejects like `keyFor`. */
  prefetch(): Promise<void>;
}

export interface JwksDeps {
  readonly url: string;
  readonly http: Http;
  readonly now: () => number;
  readonly refreshIntervalMs?: number;
}

/** Keys SuperOffice withdrew stop being accepted after this time at the latest. */
const KEYS_MAX_AGE_MS = 24 * 60 * 60 * 1000;
/** Without any key every sign-in fails, so that is not left so for a whole interval. */
const EMPTY_RETRY_MS = 1_000;
const OPERATION = 'jwks';

/**
 * SuperOffice's signing keys, fetched when first needed and kept (docs/superoffice/auth.md#rule-5 and
 * #rule-6). An unknown key or old age causes one refresh shared by all callers, at most one per interval; a
 * failed one keeps the keys.
 */
export function createJwks({ url, http, now, refreshIntervalMs = 30_000 }: JwksDeps): Jwks {
  let keys: readonly SigningKey[] = [];
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let lastFailure = new SuperOfficeError('unreachable', OPERATION);
  let inFlight: Promise<void> | null = null;

  async function fetchKeys(): Promise<void> {
    try {
      const fetched = await download(url, http);
      // The first fetch is no refresh: a key changed right after it is still learned at once.
      if (keys.length === 0) triedAt = Number.NEGATIVE_INFINITY;
      keys = fetched;
      fetchedAt = now();
    } catch (error) {
      if (!(error instanceof SuperOfficeError)) throw error;
      lastFailure = error;
    }
  }

  async function refresh(): Promise<void> {
    const pauseMs = keys.length === 0 ? EMPTY_RETRY_MS : refreshIntervalMs;
    if (inFlight === null && now() - triedAt < pauseMs) return;
    if (inFlight === null) {
      triedAt = now();
      inFlight = fetchKeys().finally(() => {
        inFlight = null;
      });
    }
    await inFlight;
  }

  async function prefetch(): Promise<void> {
    if (now() - fetchedAt >= KEYS_MAX_AGE_MS) await refresh();
    if (keys.length === 0) throw lastFailure;
  }

  return {
    prefetch,
    async keyFor(hint) {
      await prefetch();
      const desired = hint.kid ?? hint.x5t;
      if (desired === undefined) return onlyKey(keys);
      const known = named(keys, desired);
      if (known !== null) return known;
      await refresh();
      return named(keys, desired) ?? onlyKey(keys);
    },
  };
}

async function download(url: string, http: Http): Promise<SigningKey[]> {
  const answer = await http.request({ operation: OPERATION, method: 'GET', url });
  if (answer.status !== 200) throw toResponseError(OPERATION, answer);
  const keys = await signingKeys(answer.body);
  if (keys.length === 0) throw new SuperOfficeError('unexpected-response', OPERATION, { detail: 'keys' });
  return keys;
}

function named(keys: readonly SigningKey[], name: string): KeyObject | null {
  const thumbprint = name.toLowerCase();
  const found = keys.find(
    (key) => key.names.has(name) || (key.thumbprint !== '' && key.thumbprint === thumbprint),
  );
  return found?.key ?? null;
}

function onlyKey(keys: readonly SigningKey[]): KeyObject | null {
  return keys.length === 1 ? (keys[0]?.key ?? null) : null;
}
