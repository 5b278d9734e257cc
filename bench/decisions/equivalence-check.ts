import type { Client } from '@openfeature/server-sdk';
import { type FeatureKey, featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import type { EntitlementReport } from '../../src/licensing/entitlements/entitlement-report.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import { createAbility } from './baselines.ts';
import {
  createLicenseWithUniqueExpiry,
  createUniqueLicense,
  type Difference,
  parseUsers,
  repeatTo,
  tenant,
  today,
  type UserKind,
} from './tenant-users.ts';

/**
 * Checks that Planlens and the three baselines decide every feature alike for every user, in three tenants: one with
 * identical users of each kind, and two with users that differ in license data that the baselines do not use. Returns
 * the number of decisions compared per tenant.
 *
 * @throws {Error} if a decision differs.
 */
export async function checkEquivalence(
  client: Client,
  kinds: readonly UserKind[],
  count: number,
): Promise<number> {
  const decisions = await Promise.all(
    kinds.map(async (kind) => [kind.name, await decideByBaselines(client, kind)] as const),
  );
  const expected = new Map(decisions);
  for (const difference of [null, createUniqueLicense, createLicenseWithUniqueExpiry]) {
    compareTenant(expected, repeatTo(kinds, count), reportUsers(kinds, count, difference));
  }
  return count * featureKeys.length;
}

/** Decides each feature for one kind of users by the three baselines, which must agree. */
async function decideByBaselines(
  client: Client,
  { name, enabled }: UserKind,
): Promise<ReadonlyMap<FeatureKey, boolean>> {
  const ability = createAbility(enabled);
  const set = new Set(enabled);
  const context = { targetingKey: name, plan: name };
  const decided = new Map<FeatureKey, boolean>();
  for (const feature of featureKeys) {
    const inSet = set.has(feature);
    const casl = ability.can('use', feature);
    const flag = await client.getBooleanValue(feature, !inSet, context);
    if (casl !== inSet || flag !== inSet) {
      throw new Error(`${name}, ${feature}: Set ${inSet}, CASL ${casl}, OpenFeature ${flag}`);
    }
    decided.set(feature, inSet);
  }
  return decided;
}

function reportUsers(kinds: readonly UserKind[], count: number, difference: Difference | null) {
  return entitlementEngine(tenant, today).reportAll(parseUsers(kinds, count, difference));
}

function compareTenant(
  expected: ReadonlyMap<string, ReadonlyMap<FeatureKey, boolean>>,
  users: readonly UserKind[],
  reports: ReadonlyMap<number, EntitlementReport>,
): void {
  for (const [index, { name }] of users.entries()) {
    const features = reports.get(index + 1)?.features;
    for (const feature of featureKeys) {
      const ours = features?.get(feature)?.state === 'enabled';
      if (ours === expected.get(name)?.get(feature)) continue;
      throw new Error(`user ${index + 1}, ${name}, ${feature}: Planlens ${ours}, the baselines differ`);
    }
  }
}
