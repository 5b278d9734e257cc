import type { TenantIndex } from '../entitlements/user-report.ts';
import type { GrantedLicense, UserLicenses } from '../licenses/license-data.ts';
import { findNamedPlan } from '../plans/identify-plan.ts';
import { namesPlan } from '../plans/plan-text.ts';
import { licenseRowsForPlan } from '../plans/seat-availability.ts';

const lettersOnly = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');

/**
 * The licenses of a user of whom only the text of the plan in a list of users is known: the tenant's own row of that plan,
 * which assigns its licenses. They are incomplete, as licenses beside the plan and the function rights are not known. A text
 * of no purchased plan, or of several, gives none: the plan is then unknown, and never guessed.
 */
export function listedPlanLicenses(tenant: TenantIndex, associateId: number, userPlan: string): UserLicenses {
  const row = findPlanRow(tenant, userPlan);
  const granted = row === null ? [] : [toGranted(row)];
  return { associateId, granted, complete: false, functionRights: null };
}

function findPlanRow(
  { licenseIndex, purchasedPlans }: TenantIndex,
  userPlan: string,
): { readonly name: string; readonly description: string } | null {
  const text = userPlan.trim();
  if (!namesPlan(text)) return null;
  const described = licenseIndex.plans.filter(
    ({ description }) => lettersOnly(description) === lettersOnly(text),
  );
  const named = findNamedPlan(text);
  const rows =
    described.length > 0 || named === null
      ? described
      : licenseRowsForPlan(purchasedPlans, named).map(({ row }) => row);
  const [only, ...others] = rows;
  return only === undefined || others.length > 0 ? null : only;
}

function toGranted({ name, description }: { name: string; description: string }): GrantedLicense {
  return {
    owner: 'SUPEROFFICE',
    name,
    scope: 'user',
    description,
    version: '',
    expiryDate: null,
    extraFlags: 1,
    extraInfo: '',
  };
}
