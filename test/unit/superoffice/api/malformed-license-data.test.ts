import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import type { FeatureState, Reason } from '../../../../src/licensing/entitlements/entitlement.ts';
import type { EntitlementReport } from '../../../../src/licensing/entitlements/entitlement-report.ts';
import type { TenantLicenses, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { readTenantLicenses, readUserLicenses } from '../../../../src/superoffice/api/licenses.ts';
import { readCurrentPrincipal } from '../../../../src/superoffice/api/principal.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { reportEntitlements } from '../../licensing/fixtures/engine.ts';
import { createFakeApiClient } from '../fake-tenant-api-client.ts';
import {
  grant,
  grants,
  licenseWith,
  link,
  ownersWith,
  principalWith,
  purchasedPlan,
  purchasedPlans,
  restricted,
  salesPremium,
  siteModules,
  soldRows,
} from './license-responses.ts';
import { damaged, placesIn, valueAt, wrongFor } from './malformed-values.ts';

function decide(tenant: TenantLicenses | null, user: UserLicenses | null): EntitlementReport {
  return reportEntitlements({ tenant, user, today: '2026-06-01' });
}

const apiClient = (body: unknown) => createFakeApiClient(() => body);
const tenantFrom = (body: unknown) => readTenantLicenses(apiClient(body));
const userFrom = (body: unknown) => readUserLicenses(apiClient(body), 3456);
const principalFrom = async (body: unknown) => (await readCurrentPrincipal(apiClient(body))).licenses;

/** An answer, the places without which it is refused, and what is decided with the others being as documented. */
interface Answer {
  readonly call: string;
  readonly body: unknown;
  readonly needed: readonly string[];
  decided(body: unknown): Promise<EntitlementReport>;
}

const wholeTenant = await tenantFrom(licenseWith(soldRows));
const wholeUser = await principalFrom(principalWith(grants));
const userBySystem = await userFrom(ownersWith(restricted));
const answers: readonly Answer[] = [
  {
    call: 'GetLicenseFromDB',
    body: licenseWith(soldRows),
    needed: ['ExtendedModuleLicenses'],
    decided: async (body) => decide(await tenantFrom(body), wholeUser),
  },
  {
    call: 'GetLicenseFromDB for a user whose site licenses are told by nobody else',
    body: licenseWith(soldRows),
    needed: ['ExtendedModuleLicenses'],
    decided: async (body) => decide(await tenantFrom(body), userBySystem),
  },
  {
    call: 'GetUserLicenses',
    body: ownersWith(restricted),
    needed: [],
    decided: async (body) => decide(wholeTenant, await userFrom(body)),
  },
  {
    call: 'currentPrincipal',
    body: principalWith(grants),
    needed: ['AssociateId', 'DatabaseContextIdentifier'],
    decided: async (body) => decide(wholeTenant, await principalFrom(body)),
  },
  {
    call: 'currentPrincipal while the tenant is refused',
    body: principalWith(grants),
    needed: ['AssociateId', 'DatabaseContextIdentifier'],
    decided: async (body) => decide(null, await principalFrom(body)),
  },
];

/** What is decided, or null where the answer was refused; any other failure is the test's. */
async function unlessRefused(work: Promise<EntitlementReport>): Promise<EntitlementReport | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SuperOfficeError && error.code === 'unexpected-response') return null;
    throw error;
  }
}

/** What is decided after every damage to every place inside an answer; null where it was refused. */
async function afterDamage({ body, decided }: Answer) {
  const places = placesIn(body).filter(({ length }) => length > 0);
  const damages = places.flatMap((path) => wrongFor(valueAt(body, path)).map((wrong) => ({ path, wrong })));
  return Promise.all(
    damages.map(async ({ path, wrong }) => ({
      place: path.join('.'),
      wrong: JSON.stringify(wrong) ?? 'left out',
      report: await unlessRefused(decided(damaged(body, path, wrong))),
    })),
  );
}

describe.each(answers)('malformed response of $call', (answer) => {
  const { body, needed, decided } = answer;
  let outcomes: Awaited<ReturnType<typeof afterDamage>>;
  beforeAll(async () => {
    outcomes = await afterDamage(answer);
  }, 60_000);

  it('rejects the response only when a required field is damaged', () => {
    const refused = outcomes.filter(({ report }) => report === null).map(({ place }) => place);
    expect(outcomes.length).toBeGreaterThan(250);
    expect([...new Set(refused)]).toEqual(needed);
  });

  it('never changes an enabled feature to a state other than unknown', async () => {
    const before = (await decided(body)).entitlements;
    const enabled = new Set(before.filter(({ state }) => state === 'enabled').map(({ row }) => row));
    expect(enabled.size).toBeGreaterThan(20);
    const locked = outcomes.flatMap(({ place, wrong, report }) =>
      (report?.entitlements ?? [])
        .filter(({ row, state }) => enabled.has(row) && state !== 'enabled' && state !== 'unknown')
        .map(({ row, state }) => `${row} is ${state} after ${place}: ${wrong}`),
    );
    expect(locked).toEqual([]);
  });

  it.each([['text'], [7], [true], [null], [Array.isArray(body) ? {} : []]])(
    'rejects a response whose top-level value is %j',
    async (shape) => {
      await expect(decided(shape)).rejects.toMatchObject({ code: 'unexpected-response', detail: 'body' });
    },
  );

  it('decides all 76 rows or rejects the response, whatever values replace its fields', async () => {
    const damage = fc.tuple(fc.constantFrom(...placesIn(body)), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
        const bad = damages.reduce<unknown>((json, [path, value]) => damaged(json, path, value), body);
        const report = await unlessRefused(decided(bad));
        expect(report?.entitlements.length ?? 76).toBe(76);
      }),
      { numRuns: 300 },
    );
  });
});

type Decided = readonly [FeatureState | undefined, Reason | undefined];

function verdictOn(report: EntitlementReport, feature: FeatureKey): Decided {
  const found = report.entitlements.find((each) => each.feature === feature);
  return [found?.state, found?.reason];
}

describe('sales guide entitlement', () => {
  const others = grants.filter(({ Name }) => Name !== 'guide-cal');
  const withGrants = async (Licenses: readonly unknown[]) =>
    verdictOn(decide(wholeTenant, await principalFrom(principalWith(Licenses))), 'sales-guide');
  const withoutPlan = others.map((row) =>
    row.Name === 'ten-sales' ? { ...row, ExtraInfo: 'set=user' } : row,
  );

  it('enables the feature when the user has its license', async () => {
    expect(await withGrants(grants)).toEqual(['enabled', 'granted']);
  });

  it('enables the feature from the license set of the tenant when the set of the user is unreadable', async () => {
    const noSet = others.map((row) => ({ ...row, ExtraInfo: [salesPremium] }));
    expect(await withGrants(noSet)).toEqual(['enabled', 'granted']);
  });

  it.each([
    ['known to be missing', withoutPlan, ['view-only', 'user-license-missing-possibly-visible']],
    [
      'perhaps in a row without a name',
      [...withoutPlan, grant('guide-cal', { Name: 5 })],
      ['enabled', 'included-in-plan'],
    ],
    [
      'perhaps of SuperOffice',
      [...withoutPlan, grant('guide-cal', { OwnerName: null })],
      ['enabled', 'included-in-plan'],
    ],
    [
      'of another owner',
      [...withoutPlan, grant('guide-cal', { OwnerName: 'ADWIZA' })],
      ['view-only', 'user-license-missing-possibly-visible'],
    ],
  ])('decides the feature from currentPrincipal when its license is %s', async (_what, rows, verdict) => {
    expect(await withGrants(rows)).toEqual(verdict);
  });

  it.each([
    ['assigned', true, ['enabled', 'granted']],
    ['not assigned', false, ['view-only', 'user-license-missing-possibly-visible']],
    ['assigned or not, nobody can tell', 'true', ['unknown', 'no-evidence']],
  ])('decides the feature from GetUserLicenses when its license is %s', async (_what, Assigned, verdict) => {
    const body = ownersWith([link('user'), link('sale-cal'), link('guide-cal', { Assigned })]);
    expect(verdictOn(decide(wholeTenant, await userFrom(body)), 'sales-guide')).toEqual(verdict);
  });
});

describe('large license data', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => `module-${index}`);

  it('decides the same entitlements with 10,000 additional modules on the tenant and the user', async () => {
    const rows = [...soldRows, ...many.map((name) => purchasedPlans(name))];
    const tenant = await tenantFrom(
      licenseWith(
        rows,
        rows.map(({ Current }) => Current),
      ),
    );
    const user = await principalFrom(principalWith([...grants, ...many.map((name) => grant(name))]));
    expect(tenant.modules).toHaveLength(rows.length);
    const report = decide(tenant, user);
    expect(report.entitlements).toEqual(decide(wholeTenant, wholeUser).entitlements);
    expect(report.unknownModules).toHaveLength(10_000);
  });

  it.each([
    ['a long set', `${salesPremium.replace(',guide-cal', '')},${many.join(',').slice(0, 4000)},guide-cal`],
    ['a set after much space', `${' '.repeat(4000)}${salesPremium}`],
  ])('reads %s of 4 kB in ExtraInfo to the end', async (_what, ExtraInfo) => {
    const rows = [
      purchasedPlans('ten-sales', { ...purchasedPlan, ExtraInfo }),
      ...siteModules.map((name) => purchasedPlans(name)),
    ];
    const user = await userFrom(ownersWith([link('ten-sales', { ExtraFlags: 1 })]));
    const tenant = await tenantFrom(licenseWith(rows));
    expect(verdictOn(decide(tenant, user), 'sales-guide')).toEqual(['enabled', 'granted']);
  });
});

describe('duplicate and foreign license rows', () => {
  const twice = <T>(rows: readonly T[]) => [...rows, ...rows];

  it('counts each row once when all rows are sent twice', async () => {
    const tenant = await tenantFrom(licenseWith(twice(soldRows)));
    expect(tenant).toEqual(wholeTenant);
    const user = await principalFrom(principalWith(twice(grants)));
    expect(decide(tenant, user)).toEqual(decide(tenant, wholeUser));
  });

  it('counts each license once when SuperOffice is listed as an owner more than once', async () => {
    const [owner] = ownersWith(restricted);
    const user = await userFrom([{ ...owner, RestrictedModuleLicenses: [] }, owner, owner]);
    expect(user.complete).toBe(true);
    expect(decide(null, user)).toEqual(decide(null, await userFrom(ownersWith(restricted))));
  });

  it('ignores modules of other owners that share the name of a SuperOffice module', async () => {
    const foreign = (name: string) => purchasedPlans(name, { OwnerName: 'ADWIZA' });
    const tenant = await tenantFrom(licenseWith([...soldRows, ...['mktg-auto', 'ai'].map(foreign)]));
    const theirs = ['mktg-auto-cal', 'ej-client'].map((name) => grant(name, { OwnerName: 'ADWIZA' }));
    const [user, plain] = await Promise.all(
      [[...grants, ...theirs], grants].map((rows) => principalFrom(principalWith(rows))),
    );
    const { entitlements, addOns } = decide(tenant, user ?? null);
    const usual = decide(wholeTenant, plain ?? null);
    expect({ entitlements, addOns }).toEqual({ entitlements: usual.entitlements, addOns: usual.addOns });
  });

  it('reports incomplete licenses and an unknown feature when all rows belong to another owner', async () => {
    const theirs = grants.map((row) => ({ ...row, OwnerName: 'ADWIZA' }));
    const user = await principalFrom(principalWith(theirs));
    expect(user.complete).toBe(false);
    expect(verdictOn(decide(null, user), 'sales-guide')).toEqual(['unknown', 'no-evidence']);
  });
});
