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
  extendedRow,
  grant,
  grantedRows,
  licenseWith,
  link,
  ownersWith,
  planFields,
  principalWith,
  purchasedRows,
  restrictedLinks,
  salesPremium,
  siteModules,
} from './license-responses.ts';
import { getValue, listPaths, listWrongValues, replaceValue } from './malformed-values.ts';

function decide(tenant: TenantLicenses | null, user: UserLicenses | null): EntitlementReport {
  return reportEntitlements({ tenant, user, today: '2026-06-01' });
}

const apiClient = (body: unknown) => createFakeApiClient(() => body);
const tenantFrom = (body: unknown) => readTenantLicenses(apiClient(body));
const userFrom = (body: unknown) => readUserLicenses(apiClient(body), 3456);
const principalFrom = async (body: unknown) => (await readCurrentPrincipal(apiClient(body))).licenses;

/** A call with its documented response body. */
interface LicenseCall {
  readonly call: string;
  readonly body: unknown;
  readonly requiredFields: readonly string[];
  /** Decides with this body for the call and documented bodies for all others. */
  decideWith(body: unknown): Promise<EntitlementReport>;
}

const completeTenant = await tenantFrom(licenseWith(purchasedRows));
const completeUser = await principalFrom(principalWith(grantedRows));
const userFromSystem = await userFrom(ownersWith(restrictedLinks));
const licenseCalls: readonly LicenseCall[] = [
  {
    call: 'GetLicenseFromDB',
    body: licenseWith(purchasedRows),
    requiredFields: ['ExtendedModuleLicenses'],
    decideWith: async (body) => decide(await tenantFrom(body), completeUser),
  },
  {
    call: 'GetLicenseFromDB for a user without reported site licenses',
    body: licenseWith(purchasedRows),
    requiredFields: ['ExtendedModuleLicenses'],
    decideWith: async (body) => decide(await tenantFrom(body), userFromSystem),
  },
  {
    call: 'GetUserLicenses',
    body: ownersWith(restrictedLinks),
    requiredFields: [],
    decideWith: async (body) => decide(completeTenant, await userFrom(body)),
  },
  {
    call: 'currentPrincipal',
    body: principalWith(grantedRows),
    requiredFields: ['AssociateId', 'DatabaseContextIdentifier'],
    decideWith: async (body) => decide(completeTenant, await principalFrom(body)),
  },
  {
    call: 'currentPrincipal without tenant licenses',
    body: principalWith(grantedRows),
    requiredFields: ['AssociateId', 'DatabaseContextIdentifier'],
    decideWith: async (body) => decide(null, await principalFrom(body)),
  },
];

/** The report, or null if the response was rejected. Any other error fails the test. */
async function orNullIfRejected(work: Promise<EntitlementReport>): Promise<EntitlementReport | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SuperOfficeError && error.code === 'unexpected-response') return null;
    throw error;
  }
}

/** The reports after each wrong value at each path of the body; null if the response was rejected. */
async function afterEachReplacement({ body, decideWith }: LicenseCall) {
  const paths = listPaths(body).filter(({ length }) => length > 0);
  const replacements = paths.flatMap((path) =>
    listWrongValues(getValue(body, path)).map((wrong) => ({ path, wrong })),
  );
  return Promise.all(
    replacements.map(async ({ path, wrong }) => ({
      field: path.join('.'),
      wrong: JSON.stringify(wrong) ?? 'removed',
      report: await orNullIfRejected(decideWith(replaceValue(body, path, wrong))),
    })),
  );
}

describe.each(licenseCalls)('malformed response of $call', (licenseCall) => {
  const { body, requiredFields, decideWith } = licenseCall;
  let outcomes: Awaited<ReturnType<typeof afterEachReplacement>>;
  beforeAll(async () => {
    outcomes = await afterEachReplacement(licenseCall);
  });

  it('rejects the response only when a required field is malformed', () => {
    const rejected = outcomes.filter(({ report }) => report === null).map(({ field }) => field);
    expect(outcomes.length).toBeGreaterThan(250);
    expect([...new Set(rejected)]).toEqual(requiredFields);
  });

  it('never changes an enabled feature to a state other than unknown', async () => {
    const before = (await decideWith(body)).entitlements;
    const enabled = new Set(before.filter(({ state }) => state === 'enabled').map(({ row }) => row));
    expect(enabled.size).toBeGreaterThan(20);
    const changed = outcomes.flatMap(({ field, wrong, report }) =>
      (report?.entitlements ?? [])
        .filter(({ row, state }) => enabled.has(row) && state !== 'enabled' && state !== 'unknown')
        .map(({ row, state }) => `${row} is ${state} after ${field}: ${wrong}`),
    );
    expect(changed).toEqual([]);
  });

  it.each([['text'], [7], [true], [null], [Array.isArray(body) ? {} : []]])(
    'rejects a response whose top-level value is %j',
    async (wrong) => {
      await expect(decideWith(wrong)).rejects.toMatchObject({ code: 'unexpected-response', detail: 'body' });
    },
  );

  it('decides all 76 rows or rejects the response, whatever values replace its fields', async () => {
    const replacement = fc.tuple(fc.constantFrom(...listPaths(body)), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(fc.array(replacement, { minLength: 1, maxLength: 4 }), async (replacements) => {
        const malformed = replacements.reduce<unknown>(
          (json, [path, value]) => replaceValue(json, path, value),
          body,
        );
        const report = await orNullIfRejected(decideWith(malformed));
        expect(report?.entitlements.length ?? 76).toBe(76);
      }),
      { numRuns: 300 },
    );
  });
});

type Decision = readonly [FeatureState | undefined, Reason | undefined];

function getDecision(report: EntitlementReport, feature: FeatureKey): Decision {
  const found = report.entitlements.find((each) => each.feature === feature);
  return [found?.state, found?.reason];
}

describe('sales guide entitlement', () => {
  const otherGrants = grantedRows.filter(({ Name }) => Name !== 'guide-cal');
  const decideWithGrants = async (licenses: readonly unknown[]) =>
    getDecision(decide(completeTenant, await principalFrom(principalWith(licenses))), 'sales-guide');
  const withoutPlan = otherGrants.map((row) =>
    row.Name === 'ten-sales' ? { ...row, ExtraInfo: 'set=user' } : row,
  );

  it('enables the feature when the user has its license', async () => {
    expect(await decideWithGrants(grantedRows)).toEqual(['enabled', 'granted']);
  });

  it('enables the feature from the license set of the tenant when the set of the user is unreadable', async () => {
    const noSet = otherGrants.map((row) => ({ ...row, ExtraInfo: [salesPremium] }));
    expect(await decideWithGrants(noSet)).toEqual(['enabled', 'granted']);
  });

  it.each([
    ['known to be missing', withoutPlan, ['view-only', 'user-license-missing-possibly-visible']],
    [
      'in a row without a readable name',
      [...withoutPlan, grant('guide-cal', { Name: 5 })],
      ['enabled', 'included-in-plan'],
    ],
    [
      'in a row without a readable owner',
      [...withoutPlan, grant('guide-cal', { OwnerName: null })],
      ['enabled', 'included-in-plan'],
    ],
    [
      'of another owner',
      [...withoutPlan, grant('guide-cal', { OwnerName: 'ADWIZA' })],
      ['view-only', 'user-license-missing-possibly-visible'],
    ],
  ])('decides the feature from currentPrincipal when its license is %s', async (_what, rows, result) => {
    expect(await decideWithGrants(rows)).toEqual(result);
  });

  it.each([
    ['assigned', true, ['enabled', 'granted']],
    ['not assigned', false, ['view-only', 'user-license-missing-possibly-visible']],
    ['of unreadable assignment', 'true', ['unknown', 'no-evidence']],
  ])('decides the feature from GetUserLicenses when its license is %s', async (_what, assigned, result) => {
    const body = ownersWith([link('user'), link('sale-cal'), link('guide-cal', { Assigned: assigned })]);
    expect(getDecision(decide(completeTenant, await userFrom(body)), 'sales-guide')).toEqual(result);
  });
});

describe('large license data', () => {
  const manyModules = Array.from({ length: 10_000 }, (_, index) => `module-${index}`);

  it('decides the same entitlements with 10,000 additional modules on the tenant and the user', async () => {
    const rows = [...purchasedRows, ...manyModules.map((name) => extendedRow(name))];
    const tenant = await tenantFrom(
      licenseWith(
        rows,
        rows.map(({ Current }) => Current),
      ),
    );
    const user = await principalFrom(
      principalWith([...grantedRows, ...manyModules.map((name) => grant(name))]),
    );
    expect(tenant.modules).toHaveLength(rows.length);
    const report = decide(tenant, user);
    expect(report.entitlements).toEqual(decide(completeTenant, completeUser).entitlements);
    expect(report.unknownModules).toHaveLength(10_000);
  });

  it.each([
    [
      'a long set',
      `${salesPremium.replace(',guide-cal', '')},${manyModules.join(',').slice(0, 4000)},guide-cal`,
    ],
    ['a set after much space', `${' '.repeat(4000)}${salesPremium}`],
  ])('reads %s of 4 kB in ExtraInfo to the end', async (_what, extraInfo) => {
    const rows = [
      extendedRow('ten-sales', { ...planFields, ExtraInfo: extraInfo }),
      ...siteModules.map((name) => extendedRow(name)),
    ];
    const user = await userFrom(ownersWith([link('ten-sales', { ExtraFlags: 1 })]));
    const tenant = await tenantFrom(licenseWith(rows));
    expect(getDecision(decide(tenant, user), 'sales-guide')).toEqual(['enabled', 'granted']);
  });
});

describe('duplicate and foreign license rows', () => {
  const twice = <T>(rows: readonly T[]) => [...rows, ...rows];

  it('counts each row once when all rows are sent twice', async () => {
    const tenant = await tenantFrom(licenseWith(twice(purchasedRows)));
    expect(tenant).toEqual(completeTenant);
    const user = await principalFrom(principalWith(twice(grantedRows)));
    expect(decide(tenant, user)).toEqual(decide(tenant, completeUser));
  });

  it('counts each license once when SuperOffice is listed as an owner more than once', async () => {
    const [owner] = ownersWith(restrictedLinks);
    const user = await userFrom([{ ...owner, RestrictedModuleLicenses: [] }, owner, owner]);
    expect(user.complete).toBe(true);
    expect(decide(null, user)).toEqual(decide(null, await userFrom(ownersWith(restrictedLinks))));
  });

  it('ignores modules of other owners that share the name of a SuperOffice module', async () => {
    const foreign = (name: string) => extendedRow(name, { OwnerName: 'ADWIZA' });
    const tenant = await tenantFrom(licenseWith([...purchasedRows, ...['mktg-auto', 'ai'].map(foreign)]));
    const theirs = ['mktg-auto-cal', 'ej-client'].map((name) => grant(name, { OwnerName: 'ADWIZA' }));
    const [user, plain] = await Promise.all(
      [[...grantedRows, ...theirs], grantedRows].map((rows) => principalFrom(principalWith(rows))),
    );
    const { entitlements, addOns } = decide(tenant, user ?? null);
    const usual = decide(completeTenant, plain ?? null);
    expect({ entitlements, addOns }).toEqual({ entitlements: usual.entitlements, addOns: usual.addOns });
  });

  it('reports incomplete licenses and an unknown feature when all rows belong to another owner', async () => {
    const theirs = grantedRows.map((row) => ({ ...row, OwnerName: 'ADWIZA' }));
    const user = await principalFrom(principalWith(theirs));
    expect(user.complete).toBe(false);
    expect(getDecision(decide(null, user), 'sales-guide')).toEqual(['unknown', 'no-evidence']);
  });
});
