import { setTimeout as sleep } from 'node:timers/promises';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import { AppError } from '../errors.ts';
import type { BillingPeriod } from '../plans/billing.ts';
import type { Database, TenantRow } from './database.ts';
import type { SecretBox } from './secret-box.ts';
import { createTurns } from './turns.ts';

/** What became of one web panel at the last installation or repair. */
export interface ProvisionedPanel {
  readonly progId: string;
  readonly name: string;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'failed';
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
  /** Opens the sealed system user token; never log or keep it. */
  systemToken(): string;
}

export interface Consent {
  readonly ctx: string;
  readonly companyName: string;
  readonly serial: string;
  readonly systemToken: string;
  readonly associateId: number;
}

/** Far fewer than the database connections there are: work that waits for SuperOffice must leave the panel some. */
const mostExclusiveWork = 4;
/** How long to wait for another process at the same tenant, ms: an installation takes seconds, a browser waits a minute. */
export const exclusivePatienceMs = 30_000;
/** How often the lock is asked for, ms. Asked for, not waited for: the server would end a statement that waits. */
const askAgainMs = 100;

export type TenantStore = ReturnType<typeof createTenantStore>;

/** Tenants in PostgreSQL. */
export function createTenantStore(deps: { db: Database; secrets: SecretBox; now: () => number }) {
  const { db, secrets, now } = deps;
  const inTurn = createTurns(mostExclusiveWork);

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
      systemToken: () => secrets.open(row.system_token_sealed, placeOfSystemToken(ctx)),
    };
  }

  return {
    /** @returns the tenant, or null where this app was never approved by it */
    async find(ctx: string): Promise<Tenant | null> {
      const row = await db
        .selectFrom('tenants')
        .selectAll()
        .where('context_identifier', '=', ctx)
        .executeTakeFirst();
      return row === undefined ? null : tenantOf(row);
    },

    /** Keeps an administrator's approval; a second one replaces the token and leaves the rest as it is. */
    async saveConsent(consent: Consent): Promise<Tenant> {
      const approved = {
        company_name: consent.companyName,
        serial: consent.serial,
        system_token_sealed: secrets.seal(consent.systemToken, placeOfSystemToken(consent.ctx)),
        consented_by: consent.associateId,
        consented_at: new Date(now()),
        standing: 'active' as const,
      };
      const row = await db
        .insertInto('tenants')
        .values({ context_identifier: consent.ctx, ...approved })
        .onConflict((conflict) => conflict.column('context_identifier').doUpdateSet(approved))
        .returningAll()
        .executeTakeFirstOrThrow();
      return tenantOf(row);
    },

    async savePanels(ctx: string, panels: readonly ProvisionedPanel[]): Promise<void> {
      await db
        .updateTable('tenants')
        .set({ provisioned_at: new Date(now()), provisioned_panels: JSON.stringify(panels) })
        .where('context_identifier', '=', ctx)
        .execute();
    },

    /** Keeps whether a tenant is worked for, as SuperOffice's state of it says. */
    async saveStanding(ctx: string, standing: Tenant['standing']): Promise<void> {
      await db.updateTable('tenants').set({ standing }).where('context_identifier', '=', ctx).execute();
    },

    /** Deletes everything kept of a tenant. */
    async remove(ctx: string): Promise<void> {
      await db.deleteFrom('tenants').where('context_identifier', '=', ctx).execute();
    },

    /** Keeps what an administrator told of the contract; null forgets it. */
    async saveContract(ctx: string, contract: Contract | null): Promise<void> {
      await db
        .updateTable('tenants')
        .set({ contract_start: contract?.start ?? null, billing_period: contract?.period ?? null })
        .where('context_identifier', '=', ctx)
        .execute();
    },

    /**
     * Runs `work` while no other process or request does the same for this tenant; holds a connection meanwhile.
     * Who had to wait too long for it gets AppError `database-unavailable` with the detail `tenant-busy`.
     */
    async exclusively<T>(ctx: string, work: () => Promise<T>): Promise<T> {
      const giveUpAt = now() + exclusivePatienceMs;
      return inTurn(ctx, () =>
        db.connection().execute(async (connection) => {
          const key = sql`hashtextextended(${`tenant ${ctx}`}, 0)`;
          while (!(await locked(connection, sql`pg_try_advisory_lock(${key})`))) {
            if (now() >= giveUpAt) throw new AppError('database-unavailable', { detail: 'tenant-busy' });
            await sleep(askAgainMs);
          }
          try {
            return await work();
          } finally {
            await sql`select pg_advisory_unlock(${key})`.execute(connection);
          }
        }),
      );
    },
  };
}

async function locked(connection: Database, tryLock: RawBuilder<unknown>): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`select ${tryLock} as locked`.execute(connection);
  return rows[0]?.locked === true;
}

function contractOf({
  contract_start: start,
  billing_period: period,
}: Selectable<TenantRow>): Contract | null {
  return start === null || period === null ? null : { start, period: period as BillingPeriod };
}

function placeOfSystemToken(ctx: string): string {
  return `${ctx}/system_token`;
}
