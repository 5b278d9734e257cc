import type { Client } from '@openfeature/server-sdk';
import { featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import { countAllowed, countInSet, createAbility } from './baselines.ts';
import type { Benchmark } from './runner.ts';
import {
  createLicenseWithUniqueExpiry,
  createUniqueLicense,
  type Difference,
  parseUsers,
  planKinds,
  repeatTo,
  tenant,
  today,
  userKinds,
} from './tenant-users.ts';
import {
  countEach,
  countEnabled,
  countWithSharedAbilities,
  createBaselines,
  evaluateFlags,
  indexTenantOnce,
  indexTenantPerUser,
  reportAllUsers,
} from './workloads.ts';

/** The number of users of the tenant. */
export const tenantSize = 10_000;

const preparedUsers = 1_000;
const newUsers = 400;

/** Reads one feature after the other from prepared reports: the cost of a request for a known user. */
export function benchmarkPreparedUser(client: Client): Benchmark {
  const { report } = entitlementEngine(tenant, today);
  const users = repeatTo(planKinds, preparedUsers);
  const preparedReports = parseUsers(planKinds, planKinds.length, null).map((user) => report(user));
  const reports = repeatTo(preparedReports, preparedUsers);
  const abilities = repeatTo(
    planKinds.map(({ enabled }) => createAbility(enabled)),
    preparedUsers,
  );
  const sets = repeatTo(
    planKinds.map(({ enabled }) => new Set(enabled)),
    preparedUsers,
  );
  return {
    title: 'Read a feature of a prepared user',
    unit: 'ns per feature',
    rounds: { warmUp: 2, measured: 9 },
    decisions: preparedUsers * featureKeys.length,
    candidates: [
      { name: 'Planlens', goal: 'CASL', prepare: () => countEach(reports, countEnabled) },
      { name: 'CASL', prepare: () => countEach(abilities, countAllowed) },
      { name: 'OpenFeature', prepare: () => evaluateFlags(client, users) },
      { name: 'Set', prepare: () => countEach(sets, countInSet) },
    ],
  };
}

/**
 * Decides all features of users that are not cached: Planlens from license data, the baselines from lists of features.
 */
export function benchmarkNewUser(client: Client): Benchmark {
  const users = () => parseUsers(planKinds, newUsers, createUniqueLicense);
  const goal = 10_000;
  return {
    title: 'Decide 68 features of a new user',
    unit: 'ns per feature',
    rounds: { warmUp: 2, measured: 9 },
    decisions: newUsers * featureKeys.length,
    candidates: [
      { name: 'Planlens, tenant indexed for each user', goal, prepare: () => indexTenantPerUser(users()) },
      { name: 'Planlens, tenant indexed once', goal, prepare: () => indexTenantOnce(users()) },
      ...createBaselines(client, planKinds, newUsers),
    ],
  };
}

/** Indexes a tenant with 10,000 users, decides, and reads the 68 decisions of every user. */
export function benchmarkTenant(client: Client): Benchmark {
  const prepareReports = (difference: Difference | null) => () =>
    reportAllUsers(parseUsers(userKinds, tenantSize, difference));
  const [goalOfKinds, goalOfUnique] = [100, 600];
  return {
    title: `Decide 68 features of ${tenantSize} users`,
    unit: 'ms',
    rounds: { warmUp: 1, measured: 5 },
    decisions: tenantSize * featureKeys.length,
    candidates: [
      {
        name: `Planlens, ${userKinds.length} kinds of users`,
        goal: goalOfKinds,
        prepare: prepareReports(null),
      },
      {
        name: 'Planlens, unique license name per user',
        goal: goalOfUnique,
        prepare: prepareReports(createUniqueLicense),
      },
      {
        name: 'Planlens, unique expiry date per user',
        goal: goalOfUnique,
        prepare: prepareReports(createLicenseWithUniqueExpiry),
      },
      ...createBaselines(client, userKinds, tenantSize),
      {
        name: 'CASL, one ability per list of features',
        prepare: () => countWithSharedAbilities(userKinds, tenantSize),
      },
    ],
  };
}
