import type { FeatureKey } from '../../src/licensing/catalogue/feature-keys.ts';
import type { GrantedLicense, UserLicenses } from '../../src/licensing/licenses/license-data.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import { grantedLicense, holderOf, publishedTenant } from '../../test/unit/licensing/fixtures/tenants.ts';

/** Users alike in plan, further licenses and function rights. */
export interface Kind {
  readonly name: string;
  /** One of them as JSON, the form in which license data arrives. */
  readonly json: string;
  /** What they have, as a fresh engine says: where the peers start. */
  readonly enabled: readonly FeatureKey[];
}

/** A license that makes the user at a place unlike all others. */
export type Difference = (place: number) => GrantedLicense;

/** The published tenant that bought four premium plans. */
export const tenant = publishedTenant('premium');

/** The day of all decisions. */
export const today = '2026-12-01';

const plans = ['ten-sales', 'ten-service', 'ten-salesservicemarketing', 'ten-marketing'];
const extraLicenses = ['visible-for', 'sale-cal', 'ej-client', 'mail-merge-cal', 'forms-cal'];
const hidingFunctionRights = ['hide-sale', 'hide-project', 'hide-selection'];

/** One kind for each of the four plans. */
export const planKinds: readonly Kind[] = plans.map((plan) => kindOf(plan, null, null));

/** The four plans, each with and without one further license and one function right: 60 kinds. */
export const kinds: readonly Kind[] = plans.flatMap((plan) => {
  const held = holderOf(tenant, plan).granted.map(({ name }) => name);
  const extras = [null, ...extraLicenses.filter((name) => !held.includes(name))];
  return extras.flatMap((extra) =>
    [null, ...hidingFunctionRights].map((right) => kindOf(plan, extra, right)),
  );
});

/** Users of these kinds in turn, each parsed from JSON on its own: no two share an object. */
export function parsedUsers(
  of: readonly Kind[],
  count: number,
  difference: Difference | null,
): readonly UserLicenses[] {
  return withLock(of, count).map(({ json }, place) => {
    const { granted, ...rest }: UserLicenses = JSON.parse(json);
    const own = difference === null ? [] : [difference(place)];
    return { ...rest, associateId: place + 1, granted: [...granted, ...own] };
  });
}

/** As many items, in the same turn. */
export function withLock<T>(of: readonly T[], count: number): readonly T[] {
  return Array.from({ length: Math.ceil(count / of.length) }, () => of)
    .flat()
    .slice(0, count);
}

/** A license of a name nobody else has. */
export function ownName(place: number): GrantedLicense {
  return grantedLicense({ name: `app-${place}` });
}

/** A license all have, which lasts until a day of the user's own. */
export function ownExpiryDate(place: number): GrantedLicense {
  const day = new Date(Date.UTC(2027, 0, 1 + place)).toISOString().slice(0, 10);
  return grantedLicense({ name: 'app', expiryDate: day });
}

function kindOf(plan: string, extra: string | null, right: string | null): Kind {
  const holder = holderOf(tenant, plan);
  const granted = [...holder.granted, ...(extra === null ? [] : [grantedLicense({ name: extra })])];
  const user = { ...holder, granted, functionRights: right === null ? [] : [right] };
  const { features } = entitlementEngine(tenant, today).report(user);
  return {
    name: [plan, extra, right].filter((part) => part !== null).join(' '),
    json: JSON.stringify(user),
    enabled: [...features.values()].filter(({ state }) => state === 'enabled').map(({ feature }) => feature),
  };
}
