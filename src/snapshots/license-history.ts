import type { Database } from '../database/database.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';

/** A license change that was detected between two reads. */
export interface RecordedChange {
  readonly change: LicenseChange;
  /** When the later of the two reads started; the change happened before it. */
  readonly detectedAt: Date;
  /** The user concerned, with their current name if they are listed; null for a tenant license. */
  readonly user: { readonly associateId: number; readonly name: string | null } | null;
}

/** The recorded license changes of all tenants. */
export interface LicenseHistory {
  /** The changes of a tenant, newest first: at most `limit` after the first `offset`. */
  latest(tenantId: string, limit: number, offset?: number): Promise<RecordedChange[]>;
  /** What changed since a time for one user: their plan and the licenses of the tenant; newest first, at most `limit`. */
  ofUser(
    tenantId: string,
    associateId: number,
    since: { readonly at: Date; readonly limit: number },
  ): Promise<RecordedChange[]>;
}

/** Records license changes. `associateId` is null for tenant licenses; `detectedAt` in ms since 1970. */
export async function saveLicenseChanges(
  db: Database,
  { tenantId, associateId, detectedAt }: { tenantId: string; associateId: number | null; detectedAt: number },
  changes: readonly LicenseChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await db
    .insertInto('license_changes')
    .values(
      changes.map((change) => ({
        context_identifier: tenantId,
        associate_id: associateId,
        detected_at: new Date(detectedAt),
        content: JSON.stringify(change),
      })),
    )
    .execute();
}

/** Creates the history over `license_changes`. */
export function createLicenseHistory({ db }: { db: Database }): LicenseHistory {
  const changes = (tenantId: string, limit: number) =>
    db
      .selectFrom('license_changes as found')
      .leftJoin('tenant_users as user', (join) =>
        join
          .onRef('user.context_identifier', '=', 'found.context_identifier')
          .onRef('user.associate_id', '=', 'found.associate_id'),
      )
      .select(['found.content', 'found.detected_at', 'found.associate_id', 'user.name'])
      .where('found.context_identifier', '=', tenantId)
      .orderBy('found.id', 'desc')
      .limit(limit);

  return {
    latest: async (tenantId, limit, offset = 0) =>
      (await changes(tenantId, limit).offset(offset).execute()).map(toRecordedChange),

    async ofUser(tenantId, associateId, { at, limit }) {
      const rows = await changes(tenantId, limit)
        .where('found.detected_at', '>=', at)
        .where(({ eb, or }) =>
          or([eb('found.associate_id', 'is', null), eb('found.associate_id', '=', associateId)]),
        )
        .execute();
      return rows.map(toRecordedChange);
    },
  };
}

function toRecordedChange(row: {
  readonly content: unknown;
  readonly detected_at: Date;
  readonly associate_id: number | null;
  readonly name: string | null;
}): RecordedChange {
  return {
    change: row.content as LicenseChange,
    detectedAt: row.detected_at,
    user: row.associate_id === null ? null : { associateId: row.associate_id, name: row.name },
  };
}
