import type { Client } from '@openfeature/server-sdk';
import { featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import type { EntitlementReport } from '../../src/licensing/entitlements/entitlement-report.ts';
import type { UserLicenses } from '../../src/licensing/licenses/license-data.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import { abilityOf, countAllowed, countHeld, countOn, type FeatureAbility } from './baselines.ts';
import type { Candidate, Run } from './runner.ts';
import { type Kind, tenant, today, withLock } from './tenant-users.ts';

/** How many of the 68 features the report says are enabled, each asked for by its key. */
export function countEnabled({ features }: EntitlementReport): number {
  let yes = 0;
  for (const feature of featureKeys) if (features.get(feature)?.state === 'enabled') yes += 1;
  return yes;
}

/** Opens the tenant anew for each user (a copy, which the engine has not seen), reports and reads the 68 answers. */
export function openedForEach(users: readonly UserLicenses[]): Run {
  return () => sum(users, (user) => countEnabled(entitlementEngine({ ...tenant }, today).report(user)));
}

/** Opens the tenant, reports on one user after the other and reads the 68 answers. */
export function openedOnce(users: readonly UserLicenses[]): Run {
  return () => {
    const plans = entitlementEngine({ ...tenant }, today);
    return sum(users, (user) => countEnabled(plans.report(user)));
  };
}

/** Opens the tenant, reports on all users and reads the 68 answers of each. */
export function reportedAtOnce(users: readonly UserLicenses[]): Run {
  return () => {
    const reports = entitlementEngine({ ...tenant }, today).reportAll(users).users;
    let yes = 0;
    for (const report of reports.values()) yes += countEnabled(report);
    return yes;
  };
}

/** The peers, who start from each user's list of enabled features: they prepare, and answer for 68. */
export function peersOf(client: Client, kinds: readonly Kind[], count: number): readonly Candidate[] {
  const lists = () => withLock(kinds, count).map(({ enabled }) => [...enabled]);
  return [
    { name: 'CASL', ready: () => eachOf(lists(), (enabled) => countAllowed(abilityOf(enabled))) },
    { name: 'OpenFeature', ready: () => flagsOn(client, withLock(kinds, count)) },
    { name: 'Set', ready: () => eachOf(lists(), (enabled) => countHeld(new Set(enabled))) },
  ];
}

/** CASL where the abilities are made once for all users of the same list of features. */
export function sharedAbilities(kinds: readonly Kind[], count: number): Run {
  const users = withLock(kinds, count).map(({ enabled }) => [...enabled]);
  return () => {
    const made = new Map<string, FeatureAbility>();
    return sum(users, (enabled) => {
      const key = enabled.join();
      const ability = made.get(key) ?? abilityOf(enabled);
      made.set(key, ability);
      return countAllowed(ability);
    });
  };
}

/** Evaluates the 68 flags for each user, one awaited after the other. */
export function flagsOn(client: Client, users: readonly Kind[]): Run {
  return async () => {
    let yes = 0;
    for (const { name } of users) yes += await countOn(client, name);
    return yes;
  };
}

/** Counts for each item in turn. */
export function eachOf<T>(items: readonly T[], count: (item: T) => number): Run {
  return () => sum(items, count);
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  let yes = 0;
  for (const item of items) yes += count(item);
  return yes;
}
