import { isPlanRow, noPlanModule } from '../catalogue/plan-modules.ts';
import type { SuiteLimit } from '../catalogue/suite-limits.ts';
import { groupBy } from '../licenses/collections.ts';
import { dedupeRows } from '../licenses/duplicate-rows.ts';
import { isCount, sumPurchased } from '../licenses/license-counts.ts';
import type { ModuleLicense, TenantLicenses } from '../licenses/license-data.ts';
import { normalizeModuleName, onlySuperOffice } from '../licenses/module-names.ts';

/** The seats of a purchased user plan; a number is null if it is not reported. `free` is never below 0. */
interface PlanSeats {
  /** The description in the license, or the module name. */
  readonly plan: string;
  readonly module: string;
  readonly purchased: SuiteLimit | null;
  readonly inUse: number | null;
  readonly free: SuiteLimit | null;
}

/**
 * Lists the seats of each purchased user plan, sorted by module name. Each version is a separate purchase
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 *
 * @example
 * countPlanSeats(premiumTenant)[0]
 * // → { plan: 'Marketing Premium', module: 'ten-marketing', purchased: 7, inUse: 3, free: 4 }
 */
export function countPlanSeats(tenant: TenantLicenses): readonly PlanSeats[] {
  const rows = onlySuperOffice(tenant.modules).filter((row) => isPlanRow(normalizeModuleName(row.name), row));
  return [...groupBy(rows, ({ name }) => normalizeModuleName(name))]
    .filter(([module]) => module !== noPlanModule)
    .flatMap(([module, versions]) => dedupeRows(versions).map((row) => toPlanSeats(module, row)));
}

function toPlanSeats(module: string, row: ModuleLicense): PlanSeats {
  const { description, unrestricted, seats } = row;
  const free = seats !== null && Number.isInteger(seats.free) ? Math.max(seats.free, 0) : null;
  return {
    plan: description.trim() || module,
    module,
    purchased: unrestricted ? 'unlimited' : sumPurchased([row]),
    inUse: seats !== null && isCount(seats.inUse) ? seats.inUse : null,
    free: unrestricted ? 'unlimited' : free,
  };
}
