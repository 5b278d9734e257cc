import { type Selectable, sql } from 'kysely';
import { createCache } from '../coordination/cache.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, TenantRow } from '../database/database.ts';
import type { BillingPeriod } from '../licensing/billing/contract.ts';
import { writeAudit } from './audit-log.ts';

/** What became of one web panel at the last installation or repair, or that its turn has not come. */
export interface ProvisionedPanel {
  readonly progId: string;
  readonly name: string;
  readonly outcome: 'waiting' | 'created' | 'updated' | 'unchanged' | 'removed' | 'failed';
  /** Why it failed, as a SuperOffice error code; null otherwise. */
  readonly problem: string | null;
}

/** Something we set up in a tenant that could not be removed, and why, as a SuperOffice error code. */
export interface FailedRemoval {
  readonly name: string;
  readonly problem: string;
}

/** When a customer's contract began, and how often it is billed, as its administrators told us. */
export interface Contract {
  /** `YYYY-MM-DD`. */
  readonly start: string;
  readonly period: BillingPeriod;
}

/** A customer that approved the app. Identified by its context identifier, e.g. `Cust12345`. */
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
  /** Null where no administrator told. */
  readonly contract: Contract | null;
  /** `paused`: SuperOffice took it offline; `leaving`: it is being deleted there; `revoked`: it approves us no more. */
  readonly status: 'active' | 'suspended' | 'deleting' | 'revoked';
  /** What was set up in it, as a fingerprint; null where that is not complete. */
  readonly provisionedFingerprint: string | null;
  readonly reconciliation: Reconciliation;
  /** Opens the sealed system user token; never log or keep it. */
  systemToken(): string;
}

/** How looking after a tenant goes. */
export interface Reconciliation {
  /** When its turn comes next. */
  readonly at: Date;
  /** How often in a row it failed. */
  readonly failures: number;
  /** Why it failed the last time, as an error code. */
  readonly lastError: string | null;
  /** When an administrator had it set up; null once that is done. */
  readonly setupStartedAt: Date | null;
}

export interface Consent {
  readonly tenantId: string;
  readonly companyName: string;
  readonly serial: string;
  readonly systemToken: string;
  readonly associateId: number;
}

/** A tenant somebody began to look after is somebody else's after this long, ms: longer than it takes. */
const reconcileLeaseMs = 2 * 60_000;

/** Tells that a tenant wants to be looked after at once. */
export const reconcileChannel = 'planlens_reconcile';

/** On it processes tell each other which tenant is no longer what panels remember of it. */
export const tenantChannel = 'planlens_tenants';

const maxRemembered = 10_000;

export type TenantStore = ReturnType<typeof createTenantStore>;

/** Tenants in PostgreSQL. */
export function createTenantStore(deps: { db: Database; secrets: SecretBox; now: () => number }) {
  const { db, secrets, now } = deps;
  const memory = createCache<Tenant>(maxRemembered, now);

  async function find(tenantId: string): Promise<Tenant | null> {
    const row = await db
      .selectFrom('tenants')
      .selectAll()
      .where('context_identifier', '=', tenantId)
      .executeTakeFirst();
    return row === undefined ? null : tenantOf(row);
  }

  async function changed(tenantId: string): Promise<void> {
    memory.invalidate(tenantId);
    await sql`select pg_notify(${tenantChannel}, ${tenantId})`.execute(db);
  }

  function tenantOf(row: Selectable<TenantRow>): Tenant {
    const tenantId = row.context_identifier;
    return {
      tenantId,
      companyName: row.company_name,
      serial: row.serial,
      consentedAt: row.consented_at,
      provisionedAt: row.provisioned_at,
      panels: (row.provisioned_panels ?? []) as ProvisionedPanel[],
      contract: contractOf(row),
      status: row.status,
      provisionedFingerprint: row.provisioned_fingerprint,
      reconciliation: {
        at: row.next_reconcile_at,
        failures: row.reconcile_failures,
        lastError: row.last_reconcile_error,
        setupStartedAt: row.setup_started_at,
      },
      systemToken: () => secrets.decrypt(row.system_token_encrypted, systemTokenAssociatedData(tenantId)),
    };
  }

  return {
    /** @returns the tenant, or null where this app was never approved by it */
    find,

    /** The same as it was a moment ago: what it is called, its token, contract and standing are as they are now. */
    findCached: (tenantId: string): Promise<Tenant | null> => memory.get(tenantId, () => find(tenantId)),

    /** Forgets in memory what another process changed. */
    invalidate: (tenantId: string) => memory.invalidate(tenantId),
    invalidateAll: () => memory.invalidateAll(),

    /**
     * Keeps an administrator's approval, and has the tenant set up at once; a second one replaces the token and leaves
     * the rest as it is.
     */
    async saveConsent(consent: Consent): Promise<Tenant> {
      const approved = {
        company_name: consent.companyName,
        serial: consent.serial,
        system_token_encrypted: secrets.encrypt(
          consent.systemToken,
          systemTokenAssociatedData(consent.tenantId),
        ),
        consented_by: consent.associateId,
        consented_at: new Date(now()),
        status: 'active' as const,
        provisioned_fingerprint: null,
        next_reconcile_at: new Date(now()),
        reconcile_failures: 0,
        last_reconcile_error: null,
        setup_started_at: new Date(now()),
      };
      const row = await db.transaction().execute(async (step) => {
        await writeAudit(step, consent, now(), { event: 'installed' });
        return step
          .insertInto('tenants')
          .values({ context_identifier: consent.tenantId, ...approved })
          .onConflict((conflict) => conflict.column('context_identifier').doUpdateSet(approved))
          .returningAll()
          .executeTakeFirstOrThrow();
      });
      await sql`select pg_notify(${reconcileChannel}, '')`.execute(db);
      await changed(consent.tenantId);
      return tenantOf(row);
    },

    /** Keeps what became of the panels so far. */
    async savePanels(tenantId: string, panels: readonly ProvisionedPanel[]): Promise<void> {
      await db
        .updateTable('tenants')
        .set({ provisioned_at: new Date(now()), provisioned_panels: JSON.stringify(panels) })
        .where('context_identifier', '=', tenantId)
        .execute();
    },

    /** Keeps what the tenant is set up as; null where something failed. */
    async saveProvisioned(tenantId: string, fingerprint: string | null): Promise<void> {
      await db
        .updateTable('tenants')
        .set({ provisioned_fingerprint: fingerprint })
        .where('context_identifier', '=', tenantId)
        .execute();
    },

    /** The next tenant whose turn to be looked after has come, for this process alone until its lease ends; null for none. */
    async claimDueTenant(): Promise<Tenant | null> {
      const at = now();
      const { rows } = await sql<Selectable<TenantRow>>`
        update tenants set next_reconcile_at = ${new Date(at + reconcileLeaseMs)}
        where context_identifier = (
          select context_identifier from tenants
          where status <> 'revoked' and next_reconcile_at <= ${new Date(at)}
          order by setup_started_at, next_reconcile_at limit 1 for update skip locked
        )
        returning *`.execute(db);
      const [row] = rows;
      return row === undefined ? null : tenantOf(row);
    },

    /**
     * Looking after a tenant, as it was taken, worked or did not (`problem`, an error code); it comes again after so long,
     * ms. Where an administrator had it set up anew meanwhile, that is another's to end.
     */
    async completeReconcile(
      { tenantId, reconciliation }: Tenant,
      againMs: number,
      problem: string | null,
    ): Promise<void> {
      await db
        .updateTable('tenants')
        .set({
          next_reconcile_at: new Date(now() + againMs),
          reconcile_failures: problem === null ? 0 : reconciliation.failures + 1,
          last_reconcile_error: problem,
          setup_started_at: null,
        })
        .where('context_identifier', '=', tenantId)
        .where('setup_started_at', 'is not distinct from', reconciliation.setupStartedAt)
        .execute();
    },

    /** Has a tenant looked after at once. */
    async requestReconcile(tenantId: string): Promise<void> {
      await sql`
        with soon as (
          update tenants set next_reconcile_at = ${new Date(now())} where context_identifier = ${tenantId} returning 1
        )
        select pg_notify(${reconcileChannel}, '') from soon`.execute(db);
    },

    /** Has those looked after that are set up as another version of the app wanted it, spread over so long, ms. */
    async scheduleOutdated(fingerprint: string, withinMs: number): Promise<void> {
      await sql`
        update tenants set next_reconcile_at =
          least(next_reconcile_at, ${new Date(now())}::timestamptz + random() * ${withinMs} * interval '1 millisecond')
        where provisioned_fingerprint is distinct from ${fingerprint}`.execute(db);
    },

    /** How many tenants there are of each standing. */
    async countByStatus(): Promise<Record<Tenant['status'], number>> {
      const rows = await db
        .selectFrom('tenants')
        .select(['status', sql<number>`count(*)::int`.as('count')])
        .groupBy('status')
        .execute();
      const counts = { active: 0, suspended: 0, deleting: 0, revoked: 0 };
      for (const { status, count } of rows) counts[status] = count;
      return counts;
    },

    /** Keeps whether a tenant is worked for, as SuperOffice's state of it says. */
    async saveStatus(tenantId: string, status: Tenant['status']): Promise<void> {
      const isNew = await db.transaction().execute(async (step) => {
        const before = await step
          .selectFrom('tenants')
          .select('status')
          .where('context_identifier', '=', tenantId)
          .forUpdate()
          .executeTakeFirst();
        if (before === undefined || before.status === status) return false;
        await step
          .updateTable('tenants')
          .set({ status })
          .where('context_identifier', '=', tenantId)
          .execute();
        const change = { event: 'status-changed', from: before.status, to: status } as const;
        await writeAudit(step, { tenantId: tenantId, associateId: null }, now(), change);
        return true;
      });
      if (isNew) await changed(tenantId);
    },

    /** Deletes everything kept of a tenant, but that it was deleted, and by whom; null for SuperOffice. */
    async remove(tenantId: string, by: number | null): Promise<void> {
      await db.transaction().execute(async (step) => {
        const { numDeletedRows } = await step
          .deleteFrom('tenants')
          .where('context_identifier', '=', tenantId)
          .executeTakeFirst();
        // Another was first.
        if (numDeletedRows === 0n) return;
        await step.deleteFrom('audit_log').where('context_identifier', '=', tenantId).execute();
        await writeAudit(step, { tenantId: tenantId, associateId: by }, now(), { event: 'deleted' });
      });
      await changed(tenantId);
    },

    /** Keeps what an administrator told of the contract; null forgets it. */
    async saveContract(tenantId: string, contract: Contract | null): Promise<void> {
      await db
        .updateTable('tenants')
        .set({ contract_start: contract?.start ?? null, billing_period: contract?.period ?? null })
        .where('context_identifier', '=', tenantId)
        .execute();
      await changed(tenantId);
    },
  };
}

function contractOf({
  contract_start: start,
  billing_period: period,
}: Selectable<TenantRow>): Contract | null {
  return start === null || period === null ? null : { start, period: period as BillingPeriod };
}

/** Where a tenant's system user token is sealed for. */
export function systemTokenAssociatedData(tenantId: string): string {
  return `${tenantId}/system_token`;
}
