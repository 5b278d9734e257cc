import type { Database } from '../database/database.ts';
import { formatAmount, parseAmount } from '../licensing/billing/amounts.ts';
import { type PlanPrice, type PlanPrices, pricePeriods } from '../licensing/billing/plan-prices.ts';
import { lockTenant } from './lock-tenant.ts';

/** The prices that administrators entered for the plans of their tenant. */
export interface PlanPriceStore {
  /** Null if none are entered. */
  find(tenantId: string): Promise<PlanPrices | null>;
  /** Replaces all prices of a tenant; null deletes them. */
  save(tenantId: string, prices: PlanPrices | null): Promise<void>;
}

export function createPlanPriceStore({ db }: { db: Database }): PlanPriceStore {
  return {
    async find(tenantId) {
      const rows = await db
        .selectFrom('plan_prices')
        .selectAll()
        .where('context_identifier', '=', tenantId)
        .execute();
      const [first] = rows;
      if (first === undefined) return null;
      const byPlan = new Map<string, PlanPrice>();
      for (const { plan, amount, period } of rows) {
        const exact = parseAmount(amount);
        const known = pricePeriods.find((each) => each === period);
        if (exact !== null && known !== undefined) byPlan.set(plan, { amount: exact, period: known });
      }
      return { currency: first.currency, byPlan };
    },

    save: (tenantId, prices) =>
      db.transaction().execute(async (transaction) => {
        // One after another: two administrators may save at the same time.
        await lockTenant(transaction, tenantId);
        await transaction.deleteFrom('plan_prices').where('context_identifier', '=', tenantId).execute();
        if (prices === null || prices.byPlan.size === 0) return;
        const { currency, byPlan } = prices;
        await transaction
          .insertInto('plan_prices')
          .values(
            [...byPlan].map(([plan, { amount, period }]) => ({
              context_identifier: tenantId,
              plan,
              currency,
              amount: formatAmount(amount),
              period,
            })),
          )
          .execute();
      }),
  };
}
