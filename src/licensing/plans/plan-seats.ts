import { isPlanRow, noPlanModule } from '../catalogue/plan-modules.ts';
import type { SuiteLimit } from '../catalogue/suite-limits.ts';
import { groupBy } from '../licenses/collections.ts';
import { dedupeRows } from '../licenses/duplicate-rows.ts';
import { countFree, countInUse, sumPurchased } from '../licenses/license-counts.ts';
import type { ModuleLicense, TenantLicenses } from '../licenses/license-data.ts';
import { normalizeModuleName, onlySuperOffice } from '../licenses/module-names.ts';
import { isBilledByUse } from './billed-by-use.ts';

/** A number of seats. `by-use`: the tenant pays for the seats in use, so the number means nothing. */
export type SeatCount = SuiteLimit | 'by-use';

/** The seats of a purchased user plan; a number is null if it is not reported. `free` is below 0 if the plan is overused. */
export interface PlanSeats {
  /** The description in the license, or the module name. */
  readonly plan: string;
  readonly module: string;
  readonly purchased: SeatCount | null;
  readonly inUse: number | null;
  readonly free: SeatCount | null;
}

/**
 * Lists the seats of each purchased user plan, sorted by module name. Each version is a separate purchase
 * (docs/superoffice/licenses.md#2-carriers-and-tables). `billedByUseFrom` is the lowest total that is implausible.
 *
 * @example
 * countPlanSeats(premiumTenant, assumptions.billedByUseFrom)[0]
 * // → { plan: 'Marketing Premium', module: 'ten-marketing', purchased: 7, inUse: 3, free: 4 }
 */
export function countPlanSeats(tenant: TenantLicenses, billedByUseFrom: number): readonly PlanSeats[] {
  const rows = onlySuperOffice(tenant.modules).filter((row) => isPlanRow(normalizeModuleName(row.name), row));
  const byUse = isBilledByUse(rows, billedByUseFrom);
  return [...groupBy(rows, ({ name }) => normalizeModuleName(name))]
    .filter(([module]) => module !== noPlanModule)
    .flatMap(([module, versions]) => dedupeRows(versions).map((row) => toPlanSeats(module, row, byUse)));
}

function toPlanSeats(module: string, row: ModuleLicense, byUse: boolean): PlanSeats {
  const { description, unrestricted } = row;
  const count = (number: number | null): SeatCount | null => {
    if (unrestricted) return 'unlimited';
    return byUse ? 'by-use' : number;
  };
  return {
    plan: description.trim() || module,
    module,
    purchased: count(sumPurchased([row])),
    inUse: countInUse(row),
    free: count(countFree(row)),
  };
}
