import type { Client } from '@openfeature/server-sdk';
import { type FeatureKey, featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import type { EntitlementReport } from '../../src/licensing/entitlements/entitlement-report.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import { abilityOf } from './baselines.ts';
import {
  type Difference,
  type Kind,
  ownExpiryDate,
  ownName,
  parsedUsers,
  tenant,
  today,
  withLock,
} from './tenant-users.ts';

/**
 * Throws unless all four say the same yes or no of every feature, for every user: of users alike, and of users who all
 * differ in what the peers never see. Returns how many decisions were compared in each of these three tenants.
 */
export async function expectAgreement(
  client: Client,
  kinds: readonly Kind[],
  count: number,
): Promise<number> {
  const told = await Promise.all(
    kinds.map(async (kind) => [kind.name, await answers(client, kind)] as const),
  );
  const expected = new Map(told);
  for (const difference of [null, ownName, ownExpiryDate]) {
    compareTenant(expected, withLock(kinds, count), reportsOn(kinds, count, difference));
  }
  return count * featureKeys.length;
}

/** What the three peers say of each feature to one kind of users. */
async function answers(client: Client, { name, enabled }: Kind): Promise<ReadonlyMap<FeatureKey, boolean>> {
  const ability = abilityOf(enabled);
  const held = new Set(enabled);
  const context = { targetingKey: name, plan: name };
  const said = new Map<FeatureKey, boolean>();
  for (const feature of featureKeys) {
    const yes = held.has(feature);
    const casl = ability.can('use', feature);
    const flag = await client.getBooleanValue(feature, !yes, context);
    if (casl !== yes || flag !== yes) {
      throw new Error(`${name}, ${feature}: Set ${yes}, CASL ${casl}, OpenFeature ${flag}`);
    }
    said.set(feature, yes);
  }
  return said;
}

function reportsOn(kinds: readonly Kind[], count: number, difference: Difference | null) {
  return entitlementEngine(tenant, today).reportAll(parsedUsers(kinds, count, difference)).users;
}

function compareTenant(
  expected: ReadonlyMap<string, ReadonlyMap<FeatureKey, boolean>>,
  users: readonly Kind[],
  reports: ReadonlyMap<number, EntitlementReport>,
): void {
  for (const [place, { name }] of users.entries()) {
    const features = reports.get(place + 1)?.features;
    for (const feature of featureKeys) {
      const ours = features?.get(feature)?.state === 'enabled';
      if (ours === expected.get(name)?.get(feature)) continue;
      throw new Error(`user ${place + 1}, ${name}, ${feature}: Planlens ${ours}, the peers differ`);
    }
  }
}
