import type { TenantLicenses } from '../licenses/license-data.ts';
import type { SuiteModules } from './detect-suite.ts';
import { countPlanSeats, type SeatCount } from './plan-seats.ts';
import { countSuiteSeats } from './suite-seats.ts';

/** The seats of one plan as numbers; null if unlimited, billed by use or not reported. */
export interface SeatNumbers {
  /** The module name of the user plan, or `crm-suite` for the seats of CRM Suite. */
  readonly module: string;
  readonly purchased: number | null;
  readonly inUse: number | null;
}

/** The name under which the seats of CRM Suite are counted, whatever its plan. */
export const suiteSeatsModule = 'crm-suite';

/**
 * The seats of a tenant's CRM Suite plan, or of its user plans, with one entry for each module: versions of a plan are
 * separate purchases (docs/superoffice/licenses.md#2-carriers-and-tables) and are added up. `billedByUseFrom` is the lowest
 * total that is implausible.
 *
 * @example
 * countSeatNumbers(premiumTenant, assumptions)[0]
 * // → { module: 'ten-marketing', purchased: 7, inUse: 3 }
 */
export function countSeatNumbers(
  tenant: TenantLicenses,
  {
    suite,
    billedByUseFrom,
  }: { readonly suite: { readonly modules: SuiteModules }; readonly billedByUseFrom: number },
): readonly SeatNumbers[] {
  const ofSuite = countSuiteSeats(tenant, null, { modules: suite.modules, billedByUseFrom });
  if (ofSuite.valid)
    return [{ module: suiteSeatsModule, purchased: toNumber(ofSuite.purchased), inUse: ofSuite.used }];
  const numbers = new Map<string, SeatNumbers>();
  for (const { module, purchased, inUse } of countPlanSeats(tenant, billedByUseFrom)) {
    const seats = { module, purchased: toNumber(purchased), inUse };
    const before = numbers.get(module);
    numbers.set(module, before === undefined ? seats : add(before, seats));
  }
  return [...numbers.values()];
}

function toNumber(count: SeatCount | null): number | null {
  return typeof count === 'number' ? count : null;
}

function add(one: SeatNumbers, other: SeatNumbers): SeatNumbers {
  return {
    module: one.module,
    purchased: sum(one.purchased, other.purchased),
    inUse: sum(one.inUse, other.inUse),
  };
}

function sum(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}
