import type { SuiteLimit } from '../catalogue/suite-limits.ts';
import type { ModuleLicense, TenantLicenses } from '../licenses/license-data.ts';
import { isCount, sumPurchased } from '../licenses/seat-counts.ts';
import { detectSuite, findSuiteIndicators, type SuiteModules } from './detect-suite.ts';

/** Why nothing is said of the seats. */
export type SuiteSeatsRefusal =
  | 'license-unknown'
  | 'no-suite'
  | 'no-seat-license'
  | 'several-seat-licenses'
  | 'use-unknown'
  | 'purchase-unknown';

/** The seats of a CRM Suite tenant. `free` is never below 0; `over`: more users may log in than seats are bought. */
interface SuiteSeats {
  readonly valid: true;
  readonly state: 'free' | 'full' | 'over';
  readonly purchased: SuiteLimit;
  readonly used: number;
  readonly free: SuiteLimit;
  /** Whether the users who can log in were counted, or the license tells how many are in use. */
  readonly countedBy: 'can-log-in' | 'license';
}

/** The seats, or why nothing is said of them. */
export type SuiteSeatsAnswer = SuiteSeats | { readonly valid: false; readonly reason: SuiteSeatsRefusal };

/**
 * The seats of a CRM Suite tenant: a seat is a user who can log in
 * (docs/superoffice/user-plans.md#8-crm-suite), bought as the user license of the Suite plan. `tenant` is
 * null where its license was refused, `canLogIn` where nobody counted these users. Which row is that license
 * is a guess by name and description, as in `detectSuite`.
 *
 * @example
 * suiteSeats(suiteCoreTenant, 20, assumptions.suite.modules)
 * // → { valid: true, state: 'full', purchased: 20, used: 20, free: 0, countedBy: 'can-log-in' }
 *
 * @example
 * suiteSeats(null, 20, assumptions.suite.modules)
 * // → { valid: false, reason: 'license-unknown' }
 */
export function suiteSeats(
  tenant: TenantLicenses | null,
  canLogIn: number | null,
  modules: SuiteModules,
): SuiteSeatsAnswer {
  if (tenant === null) return { valid: false, reason: 'license-unknown' };
  const suite = detectSuite(findSuiteIndicators(tenant.modules, modules));
  const lacking = (reason: SuiteSeatsRefusal) => (tenant.complete ? reason : 'license-unknown');
  if (suite === null) return { valid: false, reason: lacking('no-suite') };
  const [license, ...others] = seatLicenses(tenant, modules);
  if (license === undefined) return { valid: false, reason: lacking('no-seat-license') };
  if (others.length > 0) return { valid: false, reason: 'several-seat-licenses' };
  const used = canLogIn ?? license.seats?.inUse;
  if (used === undefined || !isCount(used)) return { valid: false, reason: 'use-unknown' };
  const purchased = license.unrestricted ? 'unlimited' : sumPurchased([license]);
  if (purchased === null) return { valid: false, reason: 'purchase-unknown' };
  const countedBy = canLogIn === null ? 'license' : 'can-log-in';
  return { valid: true, ...seatsLeft(used, purchased), purchased, used, countedBy };
}

// Each row is asked alone whether it speaks of a Suite. Two that do cannot be told apart, be they versions or plans.
function seatLicenses(tenant: TenantLicenses, modules: SuiteModules): readonly ModuleLicense[] {
  return tenant.modules.filter(
    (row) => row.scope === 'user' && detectSuite(findSuiteIndicators([row], modules)) !== null,
  );
}

function seatsLeft(used: number, purchased: SuiteLimit): Pick<SuiteSeats, 'state' | 'free'> {
  if (purchased === 'unlimited') return { state: 'free', free: 'unlimited' };
  if (used > purchased) return { state: 'over', free: 0 };
  return { state: used === purchased ? 'full' : 'free', free: purchased - used };
}
