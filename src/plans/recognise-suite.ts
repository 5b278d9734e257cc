import type {
  GrantedLicense,
  LicenseScope,
  ModuleLicense,
  TenantLicenses,
  UserLicenses,
} from './license-data.ts';
import { moduleName, ofSuperOffice } from './module-names.ts';
import { isPlanModule } from './plan-modules.ts';
import { type SuitePlan, suitePlans } from './suite-plans.ts';

/** A CRM Suite subscription, recognised by a module name or a description. `plan` is null where it stays open. */
export interface SuiteSubscription {
  readonly kind: 'suite';
  readonly plan: SuitePlan | null;
  readonly by: { readonly step: 'module-name' | 'description'; readonly text: string };
}

/**
 * A guess: only the constants' names are published (`Suite2Core`, `SuiteMarker`), not the modules' (licences.md 10).
 * Written like other constants, without hyphens; the description is asked where none of these occurs.
 */
const suiteModules: ReadonlyMap<string, SuitePlan | null> = new Map([
  ['suite1starter', 'starter'],
  ['suite2core', 'core'],
  ['suite3growth', 'growth'],
  ['suite4plus', 'plus'],
  ['suite5super', 'super'],
  ['suitemarker', null],
  ['suiteuser', null],
]);

interface SeenLicense {
  readonly name: string;
  readonly description: string;
  readonly scope: LicenseScope;
}

/**
 * The tenant's CRM Suite subscription, or null where there is none (user-plans.md 8).
 * Module names speak first, then descriptions (`CRM Suite Core`), then a user license called just like the plan (`Core`).
 * Licenses that name different plans leave the plan open.
 */
export function recogniseSuite(
  tenant: TenantLicenses | null,
  user: UserLicenses | null,
): SuiteSubscription | null {
  const rows: readonly (ModuleLicense | GrantedLicense)[] = [
    ...(tenant?.modules ?? []),
    ...(user?.granted ?? []),
  ];
  const seen = ofSuperOffice(rows);
  // `Plus` alone is a weak word where user plans are sold.
  const onUserPlans = seen.some(({ name }) => isPlanModule(moduleName(name)));
  const byUser = onUserPlans ? [] : seen.flatMap(byUserDescription);
  const found = [seen.flatMap(byName), seen.flatMap(byDescription), byUser];
  const speaking =
    found.find((subscriptions) => subscriptions.some(({ plan }) => plan !== null)) ?? found.flat();
  const named = speaking.filter(({ plan }) => plan !== null);
  const first = named[0] ?? speaking[0];
  if (first === undefined) return null;
  return new Set(named.map(({ plan }) => plan)).size === 1 ? first : { ...first, plan: null };
}

function byName({ name }: SeenLicense): readonly SuiteSubscription[] {
  const plan = suiteModules.get(moduleName(name).replaceAll('-', ''));
  return plan === undefined ? [] : [{ kind: 'suite', plan, by: { step: 'module-name', text: name } }];
}

function byDescription({ description }: SeenLicense): readonly SuiteSubscription[] {
  if (!/\b(crm suite|superoffice \w+ suite)\b/i.test(description)) return [];
  const words = description.toLowerCase().split(/[^a-z]+/);
  const plan = suitePlans.find((each) => words.includes(each)) ?? null;
  return [{ kind: 'suite', plan, by: { step: 'description', text: description } }];
}

function byUserDescription({ description, scope }: SeenLicense): readonly SuiteSubscription[] {
  const plan = suitePlans.find((each) => each === description.trim().toLowerCase());
  if (scope !== 'user' || plan === undefined) return [];
  return [{ kind: 'suite', plan, by: { step: 'description', text: description } }];
}
