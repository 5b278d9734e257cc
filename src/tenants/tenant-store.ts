import { type Selectable, sql } from 'kysely';
import { createMemory } from '../coordination/cache.ts';
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
export interface Remainder {
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
  readonly ctx: string;
  readonly companyName: string;
  /** The database serial number: the audience of the tenant's system user JWT (auth.md 4.1). */
  readonly serial: string;
  readonly consentedAt: Date;
  readonly provisionedAt: Date | null;
  readonly panels: readonly ProvisionedPanel[];
  /** Null where no administrator told. */
  readonly contract: Contract | null;
  /** `paused`: SuperOffice took it offline; `leaving`: it is being deleted there; `revoked`: it approves us no more. */
  readonly standing: 'active' | 'paused' | 'leaving' | 'revoked';
  /** What was set up in it, as a fingerprint; null where that is not complete. */
  readonly provisionedAs: string | null;
  readonly lookedAfter: LookedAfter;
  /** Opens the sealed system user token; never log or keep it. */
  systemToken(): string;
}

/** How looking after a tenant goes. */
export interface LookedAfter {
  /** When its turn comes next. */
  readonly at: Date;
  /** How often in a row it failed. */
  readonly failures: number;
  /** Why it failed the last time, as an error code. */
  readonly problem: string | null;
  /** When an administrator had it set up; null once that is done. */
  readonly setupBeganAt: Date | null;
}

export interface Consent {
  readonly ctx: string;
  readonly companyName: string;
  readonly serial: string;
  readonly systemToken: string;
  readonly associateId: number;
}

/** A tenant somebody began to look after is somebody else's after this long, ms: longer than it takes. */
const lookAfterLeaseMs = 2 * 60_000;

/** Tells that a tenant wants to be looked after at once. */
export const lookAfterChannel = 'planlens_look_after';

/** On it processes tell each other which tenant is no longer what panels remember of it. */
export const tenantChannel = 'planlens_tenants';

const maxRemembered = 10_000;

export type TenantStore = ReturnType<typeof createTenantStore>;

/** Tenants in PostgreSQL. */
export function createTenantStore(deps: { db: Database; secrets: SecretBox; now: () => number }) {
  const { db, secrets, now } = deps;
  const memory = createMemory<Tenant>(maxRemembered, now);

  async function find(ctx: string): Promise<Tenant | null> {
    const row = await db
      .selectFrom('tenants')
      .selectAll()
      .where('context_identifier', '=', ctx)
      .executeTakeFirst();
    return row === undefined ? null : tenantOf(row);
  }

  async function changed(ctx: string): Promise<void> {
    memory.forget(ctx);
    await sql`select pg_notify(${tenantChannel}, ${ctx})`.execute(db);
  }

  function tenantOf(row: Selectable<TenantRow>): Tenant {
    const ctx = row.context_identifier;
    return {
      ctx,
      companyName: row.company_name,
      serial: row.serial,
      consentedAt: row.consented_at,
      provisionedAt: row.provisioned_at,
      panels: (row.provisioned_panels ?? []) as ProvisionedPanel[],
      contract: contractOf(row),
      standing: row.standing,
      provisionedAs: row.provisioned_as,
      lookedAfter: {
        at: row.look_after_at,
        failures: row.look_after_failures,
        problem: row.look_after_problem,
        setupBeganAt: row.setup_began_at,
      },
      systemToken: () => secrets.open(row.system_token_sealed, placeOfSystemToken(ctx)),
    };
  }

  return {
    /** @returns the tenant, or null where this app was never approved by it */
    find,

    /** The same as it was a moment ago: what it is called, its token, contract and standing are as they are now. */
    remembered: (ctx: string): Promise<Tenant | null> => memory.get(ctx, () => find(ctx)),

    /** Forgets in memory what another process changed. */
    changedElsewhere: (ctx: string) => memory.forget(ctx),
    forgetRemembered: () => memory.forgetAll(),

    /**
     * Keeps an administrator's approval, and has the tenant set up at once; a second one replaces the token and leaves
     * the rest as it is.
     */
    async saveConsent(consent: Consent): Promise<Tenant> {
      const approved = {
        company_name: consent.companyName,
        serial: consent.serial,
        system_token_sealed: secrets.seal(consent.systemToken, placeOfSystemToken(consent.ctx)),
        consented_by: consent.associateId,
        consented_at: new Date(now()),
        standing: 'active' as const,
        provisioned_as: null,
        look_after_at: new Date(now()),
        look_after_failures: 0,
        look_after_problem: null,
        setup_began_at: new Date(now()),
      };
      const row = await db.transaction().execute(async (step) => {
        await writeAudit(step, consent, now(), { event: 'installed' });
        return step
          .insertInto('tenants')
          .values({ context_identifier: consent.ctx, ...approved })
          .onConflict((conflict) => conflict.column('context_identifier').doUpdateSet(approved))
          .returningAll()
          .executeTakeFirstOrThrow();
      });
      await sql`select pg_notify(${lookAfterChannel}, '')`.execute(db);
      await changed(consent.ctx);
      return tenantOf(row);
    },

    /** Keeps what became of the panels so far. */
    async savePanels(ctx: string, panels: readonly ProvisionedPanel[]): Promise<void> {
      await db
        .updateTable('tenants')
        .set({ provisioned_at: new Date(now()), provisioned_panels: JSON.stringify(panels) })
        .where('context_identifier', '=', ctx)
        .execute();
    },

    /** Keeps what the tenant is set up as; null where something failed. */
    async saveProvisioned(ctx: string, fingerprint: string | null): Promise<void> {
      await db
        .updateTable('tenants')
        .set({ provisioned_as: fingerprint })
        .where('context_identifier', '=', ctx)
        .execute();
    },

    /** The next tenant whose turn to be looked after has come, for this process alone until its lease ends; null for none. */
    async takeToLookAfter(): Promise<Tenant | null> {
      const at = now();
      const { rows } = await sql<Selectable<TenantRow>>`
        update tenants set look_after_at = ${new Date(at + lookAfterLeaseMs)}
        where context_identifier = (
          select context_identifier from tenants
          where standing <> 'revoked' and look_after_at <= ${new Date(at)}
          order by setup_began_at, look_after_at limit 1 for update skip locked
        )
        returning *`.execute(db);
      const [row] = rows;
      return row === undefined ? null : tenantOf(row);
    },

    /**
     * Looking after a tenant, as it was taken, worked or did not (`problem`, an error code); it comes again after so long,
     * ms. Where an administrator had it set up anew meanwhile, that is another's to end.
     */
    async endLookAfter({ ctx, lookedAfter }: Tenant, againMs: number, problem: string | null): Promise<void> {
      await db
        .updateTable('tenants')
        .set({
          look_after_at: new Date(now() + againMs),
          look_after_failures: problem === null ? 0 : lookedAfter.failures + 1,
          look_after_problem: problem,
          setup_began_at: null,
        })
        .where('context_identifier', '=', ctx)
        .where('setup_began_at', 'is not distinct from', lookedAfter.setupBeganAt)
        .execute();
    },

    /** Has a tenant looked after at once. */
    async lookAfterSoon(ctx: string): Promise<void> {
      await sql`
        with soon as (
          update tenants set look_after_at = ${new Date(now())} where context_identifier = ${ctx} returning 1
        )
        select pg_notify(${lookAfterChannel}, '') from soon`.execute(db);
    },

    /** Has those looked after that are set up as another version of the app wanted it, spread over so long, ms. */
    async lookAfterOutdated(fingerprint: string, withinMs: number): Promise<void> {
      await sql`
        update tenants set look_after_at =
          least(look_after_at, ${new Date(now())}::timestamptz + random() * ${withinMs} * interval '1 millisecond')
        where provisioned_as is distinct from ${fingerprint}`.execute(db);
    },

    /** How many tenants there are of each standing. */
    async countByStanding(): Promise<Record<Tenant['standing'], number>> {
      const rows = await db
        .selectFrom('tenants')
        .select(['standing', sql<number>`count(*)::int`.as('count')])
        .groupBy('standing')
        .execute();
      const counts = { active: 0, paused: 0, leaving: 0, revoked: 0 };
      for (const { standing, count } of rows) counts[standing] = count;
      return counts;
    },

    /** Keeps whether a tenant is worked for, as SuperOffice's state of it says. */
    async saveStanding(ctx: string, standing: Tenant['standing']): Promise<void> {
      const isNew = await db.transaction().execute(async (step) => {
        const before = await step
          .selectFrom('tenants')
          .select('standing')
          .where('context_identifier', '=', ctx)
          .forUpdate()
          .executeTakeFirst();
        if (before === undefined || before.standing === standing) return false;
        await step.updateTable('tenants').set({ standing }).where('context_identifier', '=', ctx).execute();
        const change = { event: 'standing-changed', from: before.standing, to: standing } as const;
        await writeAudit(step, { ctx, associateId: null }, now(), change);
        return true;
      });
      if (isNew) await changed(ctx);
    },

    /** Deletes everything kept of a tenant, but that it was deleted, and by whom; null for SuperOffice. */
    async remove(ctx: string, by: number | null): Promise<void> {
      await db.transaction().execute(async (step) => {
        const { numDeletedRows } = await step
          .deleteFrom('tenants')
          .where('context_identifier', '=', ctx)
          .executeTakeFirst();
        // Another was first.
        if (numDeletedRows === 0n) return;
        await step.deleteFrom('audit_log').where('context_identifier', '=', ctx).execute();
        await writeAudit(step, { ctx, associateId: by }, now(), { event: 'deleted' });
      });
      await changed(ctx);
    },

    /** Keeps what an administrator told of the contract; null forgets it. */
    async saveContract(ctx: string, contract: Contract | null): Promise<void> {
      await db
        .updateTable('tenants')
        .set({ contract_start: contract?.start ?? null, billing_period: contract?.period ?? null })
        .where('context_identifier', '=', ctx)
        .execute();
      await changed(ctx);
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
export function placeOfSystemToken(ctx: string): string {
  return `${ctx}/system_token`;
}
