import type { CachedSnapshot } from '../../snapshots/stale-if-error-cache.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';

/**
 * Waits for a read of licenses. If nothing is stored and SuperOffice does not respond, the snapshot is null and
 * `isUnavailable` is true. @throws any other error of the read
 */
export async function readLicenses<T>(
  reading: Promise<CachedSnapshot<T> | null>,
): Promise<{ readonly snapshot: CachedSnapshot<T> | null; readonly isUnavailable: boolean }> {
  try {
    return { snapshot: await reading, isUnavailable: false };
  } catch (error) {
    if (!(error instanceof SuperOfficeError)) throw error;
    return { snapshot: null, isUnavailable: true };
  }
}
