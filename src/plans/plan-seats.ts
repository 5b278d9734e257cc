import { grouped } from './in-order.ts';
import type { TenantLicenses } from './license-data.ts';
import { moduleName, ofSuperOffice } from './module-names.ts';
import { isPlanRow, noPlanModule } from './plan-modules.ts';
import { toldOnce } from './told-twice.ts';

/** A user plan a tenant bought, with its seats; null where they were not told. */
export interface PlanSeats {
  /** What SuperOffice calls it. */
  readonly plan: string;
  readonly module: string;
  readonly purchased: number | 'unlimited';
  readonly inUse: number | null;
  readonly free: number | null;
}

/** The seats of each user plan a tenant bought, by module name; each version is a purchase of its own (licences.md 2). */
export function planSeatsOf(tenant: TenantLicenses): readonly PlanSeats[] {
  const rows = ofSuperOffice(tenant.modules).filter((row) => isPlanRow(moduleName(row.name), row));
  return [...grouped(rows, ({ name }) => moduleName(name))]
    .filter(([module]) => module !== noPlanModule)
    .flatMap(([module, versions]) =>
      toldOnce(versions).map(({ description, purchased, unrestricted, seats }) => ({
        plan: description.trim() || module,
        module,
        purchased: unrestricted ? 'unlimited' : purchased,
        inUse: seats?.inUse ?? null,
        free: unrestricted ? null : (seats?.free ?? null),
      })),
    );
}
