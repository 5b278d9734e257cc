import { isKnownModule } from './known-modules.ts';
import type { TenantLicenses, UserLicenses } from './license-data.ts';
import { parseLicenseSet } from './license-set.ts';
import { isSuperOffice, moduleName, ofSuperOffice } from './module-names.ts';

/**
 * Module names the catalogue has never heard of, sorted, as SuperOffice sent them; those only in a plan's `set=`
 * count too, and partner modules carry their owner (`ACME.tool`). They decide nothing and are shown as they are.
 */
export function unknownModules(tenant: TenantLicenses | null, user: UserLicenses | null): readonly string[] {
  const rows = [...(tenant?.modules ?? []), ...(user?.granted ?? [])];
  const named = rows.map((row) => (isSuperOffice(row.owner) ? row.name.trim() : `${row.owner}.${row.name}`));
  const plans = ofSuperOffice(rows).filter((row) => row.extraFlags === 1);
  const inSets = plans.flatMap((row) => parseLicenseSet(row.extraInfo));
  const unknown = [...named, ...inSets].filter((name) => !isKnownModule(moduleName(name)));
  return [...new Set(unknown)].sort();
}
