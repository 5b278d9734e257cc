import { noPlanModule } from '../catalogue/plan-modules.ts';
import { countFree, sumPurchased } from '../licenses/license-counts.ts';
import type { ModuleLicense } from '../licenses/license-data.ts';
import { normalizeModuleName } from '../licenses/module-names.ts';

/**
 * Whether a tenant with these plan rows pays for the seats in use. Its totals then mean nothing, and an implausible total
 * is the only sign (docs/superoffice/changes-2026.md#10-reducing-plans). `billedByUseFrom` is the lowest such total; so many
 * free seats are a sign too if the total is not reported. One row is sufficient, because the other totals of the tenant mean
 * nothing either.
 */
export function isBilledByUse(
  planRows: readonly Pick<ModuleLicense, 'name' | 'purchased' | 'seats' | 'unrestricted'>[],
  billedByUseFrom: number,
): boolean {
  return planRows
    .filter(({ name, unrestricted }) => !unrestricted && normalizeModuleName(name) !== noPlanModule)
    .some((row) => (sumPurchased([row]) ?? countFree(row) ?? 0) >= billedByUseFrom);
}
