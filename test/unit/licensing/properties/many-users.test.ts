import fc from 'fast-check';
import { describe, it } from 'vitest';
import { indexTenant, reportUser } from '../../../../src/licensing/entitlements/user-report.ts';
import type { GrantedLicense, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { anyGranted, anyTenant, runs, timeoutMs, today } from '../fixtures/arbitraries.ts';
import { entitlementEngine, rules } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';

const fields = ['owner', 'name', 'scope', 'description', 'expiryDate', 'extraFlags', 'extraInfo'] as const;

/** Returns a license with one field of another license, which an incorrectly shared report would confuse. */
function mixed(one: GrantedLicense, field: keyof GrantedLicense, other: GrantedLicense): GrantedLicense {
  return { ...one, [field]: other[field] };
}

const variation = fc.record({
  associateId: fc.nat({ max: 3 }),
  index: fc.nat({ max: 2 }),
  field: fc.constantFrom(...fields),
  other: anyGranted,
  complete: fc.boolean(),
  functionRights: fc.constantFrom(null, [], ['hide-sale'], ['hide-project'], ['hide-sale', 'hide-project']),
});
// Users whose licenses differ in one field of one license, and possibly in completeness and function rights.
const similarUsers: fc.Arbitrary<readonly UserLicenses[]> = fc
  .tuple(fc.array(anyGranted, { maxLength: 3 }), fc.array(variation, { minLength: 2, maxLength: 3 }))
  .map(([granted, each]) =>
    each.map(({ index, field, other, ...user }) => ({
      ...user,
      granted: granted.map((license, at) => (at === index ? mixed(license, field, other) : license)),
    })),
  );
// A fixed sample, so that each tenant is indexed once.
const tenants = fc.sample(anyTenant, { numRuns: 40, seed: 68 });
const tenantCases = fc.constantFrom(
  ...tenants.map((tenant) => ({ tenant, tenantIndex: indexTenant(rules, tenant, today) })),
);

describe('reports for many users', () => {
  it('each report equals that of the user alone, using the last entry of a repeated user', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(tenantCases, similarUsers, ({ tenant, tenantIndex }, users) => {
        const reports = entitlementEngine(tenant, today).reportAll(users);
        const last = new Map(users.map((user) => [user.associateId, user]));
        expectSame([...reports.keys()].sort(), [...last.keys()].sort());
        for (const [id, user] of last) expectSame(reports.get(id), reportUser(tenantIndex, user));
      }),
      runs,
    );
  });
});
