import type { FeatureKey } from '../../src/licensing/catalogue/feature-keys.ts';
import type { GrantedLicense, UserLicenses } from '../../src/licensing/licenses/license-data.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import { grantedLicense, publishedTenant, userWithPlan } from '../../test/unit/licensing/fixtures/tenants.ts';

/** A kind of users: the same plan, extra licenses and function rights. */
export interface UserKind {
  readonly name: string;
  /** A user of this kind as JSON, because license data is received as JSON. */
  readonly json: string;
  /** The enabled features according to the engine: the input of the baselines. */
  readonly enabled: readonly FeatureKey[];
}

/** Returns a license that makes the user at an index different from all others. */
export type Difference = (index: number) => GrantedLicense;

/** The published tenant with four premium plans. */
export const tenant = publishedTenant('premium');

/** The day of all decisions. */
export const today = '2026-12-01';

const plans = ['ten-sales', 'ten-service', 'ten-salesservicemarketing', 'ten-marketing'];
const extraLicenses = ['visible-for', 'sale-cal', 'ej-client', 'mail-merge-cal', 'forms-cal'];
const hidingFunctionRights = ['hide-sale', 'hide-project', 'hide-selection'];

/** One kind for each of the four plans. */
export const planKinds: readonly UserKind[] = plans.map((plan) => createKind(plan, null, null));

/** The four plans, each with and without one extra license and one function right: 60 kinds. */
export const userKinds: readonly UserKind[] = plans.flatMap((plan) => {
  const assigned = userWithPlan(tenant, plan).granted.map(({ name }) => name);
  const extras = [null, ...extraLicenses.filter((name) => !assigned.includes(name))];
  return extras.flatMap((extra) =>
    [null, ...hidingFunctionRights].map((right) => createKind(plan, extra, right)),
  );
});

/** Creates users of the kinds in rotation, each parsed from JSON separately, so that no two share an object. */
export function parseUsers(
  kinds: readonly UserKind[],
  count: number,
  difference: Difference | null,
): readonly UserLicenses[] {
  return repeatTo(kinds, count).map(({ json }, index) => {
    const { granted, ...rest }: UserLicenses = JSON.parse(json);
    const own = difference === null ? [] : [difference(index)];
    return { ...rest, associateId: index + 1, granted: [...granted, ...own] };
  });
}

/** Repeats the items in order up to a number of items. */
export function repeatTo<T>(items: readonly T[], count: number): readonly T[] {
  return Array.from({ length: Math.ceil(count / items.length) }, () => items)
    .flat()
    .slice(0, count);
}

/** Returns a license with a name unique to the user. */
export function createUniqueLicense(index: number): GrantedLicense {
  return grantedLicense({ name: `app-${index}` });
}

/** Returns the same license for all users, with an expiry date unique to the user. */
export function createLicenseWithUniqueExpiry(index: number): GrantedLicense {
  const day = new Date(Date.UTC(2027, 0, 1 + index)).toISOString().slice(0, 10);
  return grantedLicense({ name: 'app', expiryDate: day });
}

function createKind(plan: string, extra: string | null, right: string | null): UserKind {
  const holder = userWithPlan(tenant, plan);
  const granted = [...holder.granted, ...(extra === null ? [] : [grantedLicense({ name: extra })])];
  const user = { ...holder, granted, functionRights: right === null ? [] : [right] };
  const { features } = entitlementEngine(tenant, today).report(user);
  return {
    name: [plan, extra, right].filter((part) => part !== null).join(' '),
    json: JSON.stringify(user),
    enabled: [...features.values()].filter(({ state }) => state === 'enabled').map(({ feature }) => feature),
  };
}
