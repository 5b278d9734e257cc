import type { Client } from '@openfeature/server-sdk';
import { featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import type { EntitlementReport } from '../../src/licensing/entitlements/entitlement-report.ts';
import type { UserLicenses } from '../../src/licensing/licenses/license-data.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import {
  countAllowed,
  countEnabledFlags,
  countInSet,
  createAbility,
  type FeatureAbility,
} from './baselines.ts';
import type { Candidate, Run } from './runner.ts';
import { repeatTo, tenant, today, type UserKind } from './tenant-users.ts';

/** Counts the enabled features of a report by reading each of the 68 features by its key. */
export function countEnabled({ features }: EntitlementReport): number {
  let enabledCount = 0;
  for (const feature of featureKeys) if (features.get(feature)?.state === 'enabled') enabledCount += 1;
  return enabledCount;
}

/** Indexes the tenant for each user (a copy, which the engine has not cached), reports and reads the 68 decisions. */
export function indexTenantPerUser(users: readonly UserLicenses[]): Run {
  return () => sum(users, (user) => countEnabled(entitlementEngine({ ...tenant }, today).report(user)));
}

/** Indexes the tenant once, reports on one user after the other and reads the 68 decisions. */
export function indexTenantOnce(users: readonly UserLicenses[]): Run {
  return () => {
    const entitlements = entitlementEngine({ ...tenant }, today);
    return sum(users, (user) => countEnabled(entitlements.report(user)));
  };
}

/** Indexes the tenant, reports on all users and reads the 68 decisions of each. */
export function reportAllUsers(users: readonly UserLicenses[]): Run {
  return () => {
    const reports = entitlementEngine({ ...tenant }, today).reportAll(users);
    let enabledCount = 0;
    for (const report of reports.values()) enabledCount += countEnabled(report);
    return enabledCount;
  };
}

/**
 * Creates the baseline candidates. They start from each user's list of enabled features, prepare, and read the 68
 * features.
 */
export function createBaselines(
  client: Client,
  kinds: readonly UserKind[],
  count: number,
): readonly Candidate[] {
  const lists = () => repeatTo(kinds, count).map(({ enabled }) => [...enabled]);
  return [
    { name: 'CASL', prepare: () => countEach(lists(), (enabled) => countAllowed(createAbility(enabled))) },
    { name: 'OpenFeature', prepare: () => evaluateFlags(client, repeatTo(kinds, count)) },
    { name: 'Set', prepare: () => countEach(lists(), (enabled) => countInSet(new Set(enabled))) },
  ];
}

/** Counts with CASL, creating one ability per distinct list of features. */
export function countWithSharedAbilities(kinds: readonly UserKind[], count: number): Run {
  const users = repeatTo(kinds, count).map(({ enabled }) => [...enabled]);
  return () => {
    const abilities = new Map<string, FeatureAbility>();
    return sum(users, (enabled) => {
      const key = enabled.join();
      const ability = abilities.get(key) ?? createAbility(enabled);
      abilities.set(key, ability);
      return countAllowed(ability);
    });
  };
}

/** Evaluates the 68 flags for each user, one after the other. */
export function evaluateFlags(client: Client, users: readonly UserKind[]): Run {
  return async () => {
    let enabledCount = 0;
    for (const { name } of users) enabledCount += await countEnabledFlags(client, name);
    return enabledCount;
  };
}

/** Creates a run that counts the enabled features of each item. */
export function countEach<T>(items: readonly T[], count: (item: T) => number): Run {
  return () => sum(items, count);
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  let enabledCount = 0;
  for (const item of items) enabledCount += count(item);
  return enabledCount;
}
