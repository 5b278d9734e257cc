import type { Client } from '@openfeature/server-sdk';
import { featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import { abilityOf, countAllowed, countHeld } from './baselines.ts';
import type { Benchmark } from './runner.ts';
import {
  type Difference,
  kinds,
  ownExpiryDate,
  ownName,
  parsedUsers,
  planKinds,
  tenant,
  today,
  withLock,
} from './tenant-users.ts';
import {
  countEnabled,
  eachOf,
  flagsOn,
  openedForEach,
  openedOnce,
  peersOf,
  reportedAtOnce,
  sharedAbilities,
} from './workloads.ts';

/** How many users the tenant has. */
export const tenantSize = 10_000;

const preparedUsers = 1_000;
const coldUsers = 400;

/** Asks for one feature after the other where all is prepared: what a request pays when the user is known. */
export function askPrepared(client: Client): Benchmark {
  const { report } = entitlementEngine(tenant, today);
  const users = withLock(planKinds, preparedUsers);
  const prepared = parsedUsers(planKinds, planKinds.length, null).map((user) => report(user));
  const reports = withLock(prepared, preparedUsers);
  const abilities = withLock(
    planKinds.map(({ enabled }) => abilityOf(enabled)),
    preparedUsers,
  );
  const sets = withLock(
    planKinds.map(({ enabled }) => new Set(enabled)),
    preparedUsers,
  );
  return {
    title: 'Ask for a feature of a prepared user',
    unit: 'ns per feature',
    rounds: { warmUp: 2, measured: 9 },
    decisions: preparedUsers * featureKeys.length,
    candidates: [
      { name: 'Planlens', goal: 'CASL', ready: () => eachOf(reports, countEnabled) },
      { name: 'CASL', ready: () => eachOf(abilities, countAllowed) },
      { name: 'OpenFeature', ready: () => flagsOn(client, users) },
      { name: 'Set', ready: () => eachOf(sets, countHeld) },
    ],
  };
}

/** Decides all features of users not seen before: Planlens from license data, the peers from lists of features. */
export function decideCold(client: Client): Benchmark {
  const users = () => parsedUsers(planKinds, coldUsers, ownName);
  const goal = 10_000;
  return {
    title: 'Decide 68 features of a user not seen before',
    unit: 'ns per feature',
    rounds: { warmUp: 2, measured: 9 },
    decisions: coldUsers * featureKeys.length,
    candidates: [
      { name: 'Planlens, tenant opened for each user', goal, ready: () => openedForEach(users()) },
      { name: 'Planlens, tenant opened once', goal, ready: () => openedOnce(users()) },
      ...peersOf(client, planKinds, coldUsers),
    ],
  };
}

/** Opens a tenant of 10,000 users, decides, and reads every user's 68 answers. */
export function decideTenant(client: Client): Benchmark {
  const ready = (difference: Difference | null) => () =>
    reportedAtOnce(parsedUsers(kinds, tenantSize, difference));
  const goal = 300;
  return {
    title: `Decide 68 features of ${tenantSize} users`,
    unit: 'ms',
    rounds: { warmUp: 1, measured: 5 },
    decisions: tenantSize * featureKeys.length,
    candidates: [
      { name: `Planlens, ${kinds.length} kinds of users`, goal, ready: ready(null) },
      { name: 'Planlens, each user another license name', goal, ready: ready(ownName) },
      { name: 'Planlens, each user another expiry date', goal, ready: ready(ownExpiryDate) },
      ...peersOf(client, kinds, tenantSize),
      {
        name: 'CASL, one ability for users of one list',
        ready: () => sharedAbilities(kinds, tenantSize),
      },
    ],
  };
}
