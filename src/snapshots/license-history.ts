import type { Database } from '../database/database.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';

/** A change of licenses that was found. */
export interface RecordedChange {
  readonly change: LicenseChange;
  /** When we noticed; it happened between the reading before and then. */
  readonly foundAt: Date;
  /** The user it is about, with the name they have now; null for what the tenant bought. */
  readonly user: { readonly associateId: number; readonly name: string | null } | null;
}

/** Keeps changes of a tenant's licenses; `associateId` is null for what the tenant bought. `foundAt` in ms since 1970. */
export async function saveLicenseChanges(
  db: Database,
  of: { tenantId: string; associateId: number | null; foundAt: number },
  changes: readonly LicenseChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await db
    .insertInto('license_changes')
    .values(
      changes.map((change) => ({
        context_identifier: of.tenantId,
        associate_id: of.associateId,
        detected_at: new Date(of.foundAt),
        content: JSON.stringify(change),
      })),
    )
    .execute();
}

export type LicenseHistory = ReturnType<typeof createLicenseHistory>;

/** What changed in tenants' licenses, and when. */
export function createLicenseHistory({ db }: { db: Database }) {
  return {
    /** The latest changes of a tenant, the newest first. */
    async latest(tenantId: string, most: number): Promise<RecordedChange[]> {
      const rows = await db
        .selectFrom('license_changes as found')
        .leftJoin('tenant_users as user', (join) =>
          join
            .onRef('user.context_identifier', '=', 'found.context_identifier')
            .onRef('user.associate_id', '=', 'found.associate_id'),
        )
        .select(['found.content', 'found.detected_at', 'found.associate_id', 'user.name'])
        .where('found.context_identifier', '=', tenantId)
        .orderBy('found.id', 'desc')
        .limit(most)
        .execute();
      return rows.map((row) => ({
        change: row.content as LicenseChange,
        foundAt: row.detected_at,
        user: row.associate_id === null ? null : { associateId: row.associate_id, name: row.name },
      }));
    },
  };
}
