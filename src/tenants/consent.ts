import type { Selectable } from 'kysely';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, TenantRow } from '../database/database.ts';
import { writeAudit } from './audit-log.ts';
import { type DeleteJobs, eraseTenantRows } from './removal.ts';
import { systemTokenAssociatedData } from './tenant.ts';

/** An administrator's consent to the app, with the system user token that SuperOffice issued for it. */
export interface Consent {
  readonly tenantId: string;
  readonly companyName: string;
  readonly serial: string;
  readonly systemToken: string;
  readonly associateId: number;
  /** The address of the administrator's client. */
  readonly address?: string;
}

/** When the schedule provisions a tenant whose own job was lost with its process, ms. */
export const fallbackMs = 2 * 60_000;

/**
 * Saves and audits a consent, and makes the tenant due for reconciliation soon, which provisions it. A repeated consent
 * replaces the token and keeps the provisioned panels and the contract. A tombstone is purged first, so that nobody who
 * installs the app later sees its data. `now` in ms since 1970.
 */
export async function insertConsent(
  { db, secrets, deleteJobs, now }: { db: Database; secrets: SecretBox; deleteJobs: DeleteJobs; now: number },
  consent: Consent,
): Promise<Selectable<TenantRow>> {
  const at = new Date(now);
  const values = {
    company_name: consent.companyName,
    serial: consent.serial,
    system_token_encrypted: secrets.encrypt(consent.systemToken, systemTokenAssociatedData(consent.tenantId)),
    consented_by: consent.associateId,
    consented_at: at,
    status: 'active' as const,
    provisioned_fingerprint: null,
    next_reconcile_at: new Date(now + fallbackMs),
    reconcile_failures: 0,
    last_reconcile_error: null,
    setup_started_at: at,
    deleted_reported_at: null,
    delete_announced_at: null,
    leaving_since: null,
  };
  return db.transaction().execute(async (transaction) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('tenants')
      .where('context_identifier', '=', consent.tenantId)
      .where('deleted_at', 'is not', null)
      .executeTakeFirst();
    if (numDeletedRows > 0n) {
      const tombstone = { tenantId: consent.tenantId, associateId: null };
      await eraseTenantRows({ db: transaction, deleteJobs, now }, tombstone);
    }
    await writeAudit(transaction, consent, now, { event: 'installed' });
    return transaction
      .insertInto('tenants')
      .values({ context_identifier: consent.tenantId, ...values })
      .onConflict((conflict) => conflict.column('context_identifier').doUpdateSet(values))
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}
