import { countInUse, isCount, sumPurchased } from '../licenses/license-counts.ts';
import type { ModuleLicense, TenantLicenses } from '../licenses/license-data.ts';
import { normalizeLicenses } from '../licenses/normalized-license.ts';
import { isBilledByUse } from './billed-by-use.ts';
import { detectSuite, findSuiteIndicators, type SuiteModules } from './detect-suite.ts';
import type { SeatCount } from './plan-seats.ts';

/** Why the seats are unknown. */
export type SuiteSeatsError =
  | 'license-unknown'
  | 'no-suite'
  | 'no-seat-license'
  | 'several-seat-licenses'
  | 'use-unknown'
  | 'purchase-unknown';

/**
 * The seats of a CRM Suite tenant. `over`: more users can log in than seats are purchased, so `free` is below 0. A tenant
 * that pays for the seats in use always has the state `free`.
 */
interface SuiteSeats {
  readonly valid: true;
  readonly state: 'free' | 'full' | 'over';
  readonly purchased: SeatCount;
  readonly used: number;
  readonly free: SeatCount;
  /** The source of `used`: the counted users who can log in, or the seats in use in the license. */
  readonly countedBy: 'can-log-in' | 'license';
}

/** The seats, or why they are unknown. */
export type SuiteSeatsResult = SuiteSeats | { readonly valid: false; readonly reason: SuiteSeatsError };

/**
 * Counts the seats of a CRM Suite tenant. Each user who can log in uses a seat
 * (docs/superoffice/user-plans.md#8-crm-suite), and the seats are purchased as the user license of the Suite plan.
 * `tenant` is null if its license was refused; `canLogIn` is the number of users who can log in, null if unknown. The
 * row of the Suite plan is detected by name and description, as in `detectSuite`. `billedByUseFrom` is the lowest total
 * that is implausible.
 *
 * @example
 * countSuiteSeats(suiteCoreTenant, 20, { modules: assumptions.suite.modules, billedByUseFrom: 9999 })
 * // → { valid: true, state: 'full', purchased: 20, used: 20, free: 0, countedBy: 'can-log-in' }
 *
 * @example
 * countSuiteSeats(null, 20, { modules: assumptions.suite.modules, billedByUseFrom: 9999 })
 * // → { valid: false, reason: 'license-unknown' }
 */
export function countSuiteSeats(
  tenant: TenantLicenses | null,
  canLogIn: number | null,
  { modules, billedByUseFrom }: { readonly modules: SuiteModules; readonly billedByUseFrom: number },
): SuiteSeatsResult {
  if (tenant === null) return { valid: false, reason: 'license-unknown' };
  const suite = detectSuite(findSuiteIndicators(normalizeLicenses(tenant.modules), modules));
  const missingReason = (reason: SuiteSeatsError) => (tenant.complete ? reason : 'license-unknown');
  if (suite === null) return { valid: false, reason: missingReason('no-suite') };
  const [license, ...others] = findSeatLicenses(tenant, modules);
  if (license === undefined) return { valid: false, reason: missingReason('no-seat-license') };
  if (others.length > 0) return { valid: false, reason: 'several-seat-licenses' };
  const used = canLogIn ?? countInUse(license);
  if (used === null || !isCount(used)) return { valid: false, reason: 'use-unknown' };
  const purchased = countPurchased(license, billedByUseFrom);
  if (purchased === null) return { valid: false, reason: 'purchase-unknown' };
  const countedBy = canLogIn === null ? 'license' : 'can-log-in';
  return { valid: true, ...compareSeats(used, purchased), purchased, used, countedBy };
}

// Each row is checked on its own. Two matching rows are ambiguous: they can be versions or different plans.
function findSeatLicenses(tenant: TenantLicenses, modules: SuiteModules): readonly ModuleLicense[] {
  return tenant.modules.filter(
    (row) =>
      row.scope === 'user' && detectSuite(findSuiteIndicators(normalizeLicenses([row]), modules)) !== null,
  );
}

function countPurchased(license: ModuleLicense, billedByUseFrom: number): SeatCount | null {
  if (license.unrestricted) return 'unlimited';
  return isBilledByUse([license], billedByUseFrom) ? 'by-use' : sumPurchased([license]);
}

function compareSeats(used: number, purchased: SeatCount): Pick<SuiteSeats, 'state' | 'free'> {
  if (typeof purchased !== 'number') return { state: 'free', free: purchased };
  const free = purchased - used;
  if (free < 0) return { state: 'over', free };
  return { state: free === 0 ? 'full' : 'free', free };
}
