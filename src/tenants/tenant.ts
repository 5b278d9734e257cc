import type { Selectable } from 'kysely';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { TenantRow } from '../database/database.ts';
import type { BillingPeriod } from '../licensing/billing/contract.ts';

/** `waiting`: provisioning has not reached the panel yet. `removed`: an earlier version of the app provisioned it. */
export interface ProvisionedPanel {
  readonly progId: string;
  readonly name: string;
  readonly outcome: 'waiting' | 'created' | 'updated' | 'unchanged' | 'removed' | 'failed';
  /** The SuperOffice error code of a failure; null otherwise. */
  readonly problem: string | null;
}

/** A web panel or webhook that could not be removed from a tenant. */
export interface FailedRemoval {
  /** Our panel, panels of ours that no version of the manifest explains, or our webhooks. */
  readonly part:
    | { readonly kind: 'panel'; readonly progId: string; readonly name: string }
    | { readonly kind: 'other-panels' | 'webhook' };
  /** A SuperOffice error code. */
  readonly problem: string;
}

/** The tenant's contract with SuperOffice, as entered by its administrators. */
export interface Contract {
  /** `YYYY-MM-DD`. */
  readonly start: string;
  readonly period: BillingPeriod;
}

/**
 * `suspended`: SuperOffice took the tenant offline. `deleting`: SuperOffice is deleting it. `revoked`: the tenant
 * revoked its consent. Only an `active` tenant is served.
 */
export type TenantStatus = 'active' | 'suspended' | 'deleting' | 'revoked';

/** A tenant as of one consent. A decision made for it does not apply to a later consent. */
export type Consented = Pick<Tenant, 'tenantId' | 'consentedAt'>;

/** A SuperOffice customer that consented to the app, identified by its context identifier, such as `Cust12345`. */
export interface Tenant {
  readonly tenantId: string;
  readonly companyName: string;
  /**
   * The database serial number: the audience of the tenant's system user JWT
   * (docs/superoffice/auth.md#41-issuer-and-audience).
   */
  readonly serial: string;
  readonly consentedAt: Date;
  readonly provisionedAt: Date | null;
  readonly panels: readonly ProvisionedPanel[];
  /** Null until an administrator enters it. */
  readonly contract: Contract | null;
  readonly status: TenantStatus;
  /** The fingerprint of the desired state that was provisioned; null while provisioning is incomplete. */
  readonly provisionedFingerprint: string | null;
  readonly reconciliation: Reconciliation;
  readonly deletion: Deletion;
  /** Since when the tenant is revoked, being deleted or unknown to SuperOffice without interruption; null otherwise. */
  readonly leavingSince: Date | null;
  /** Decrypts the system user token. Never log or store the result. */
  systemToken(): string;
}

/** The reconcile schedule of a tenant. */
interface Reconciliation {
  /** When the next reconciliation is due. */
  readonly at: Date;
  /** Consecutive failures. */
  readonly failures: number;
  /**
   * The error code of the last failure, after `licenses` or `users` and a space if only that part failed; null after a
   * success.
   */
  readonly lastError: string | null;
  /** When an administrator last started an installation; null once it has finished. */
  readonly setupStartedAt: Date | null;
}

/** What SuperOffice has said about the deletion of a tenant; both are null since any other state. */
interface Deletion {
  /** When the state API first reported the tenant as deleted. */
  readonly reportedAt: Date | null;
  /** When a Delete notification arrived. */
  readonly announcedAt: Date | null;
}

/** Maps a row to a tenant whose system user token is decrypted on demand. */
export function toTenant(row: Selectable<TenantRow>, secrets: SecretBox): Tenant {
  const tenantId = row.context_identifier;
  return {
    tenantId,
    companyName: row.company_name,
    serial: row.serial,
    consentedAt: row.consented_at,
    provisionedAt: row.provisioned_at,
    panels: (row.provisioned_panels ?? []) as ProvisionedPanel[],
    contract: toContract(row),
    status: row.status,
    provisionedFingerprint: row.provisioned_fingerprint,
    reconciliation: {
      at: row.next_reconcile_at,
      failures: row.reconcile_failures,
      lastError: row.last_reconcile_error,
      setupStartedAt: row.setup_started_at,
    },
    deletion: { reportedAt: row.deleted_reported_at, announcedAt: row.delete_announced_at },
    leavingSince: row.leaving_since,
    systemToken: () => secrets.decrypt(row.system_token_encrypted, systemTokenAssociatedData(tenantId)),
  };
}

function toContract({
  contract_start: start,
  billing_period: period,
}: Selectable<TenantRow>): Contract | null {
  return start === null || period === null ? null : { start, period: period as BillingPeriod };
}

/** The associated data that binds an encrypted system user token to its tenant. */
export function systemTokenAssociatedData(tenantId: string): string {
  return `${tenantId}/system_token`;
}
