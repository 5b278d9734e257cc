import { createMongoAbility, type MongoAbility } from '@casl/ability';
import {
  type Client,
  type EvaluationContext,
  OpenFeature,
  TypedInMemoryProvider,
} from '@openfeature/server-sdk';
import { type FeatureKey, featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import type { UserKind } from './tenant-users.ts';

/** A CASL ability: whether a user can use a feature. */
export type FeatureAbility = MongoAbility<['use', FeatureKey]>;

/** Creates the CASL ability of a user with these features: one rule over all of them. */
export function createAbility(enabled: readonly FeatureKey[]): FeatureAbility {
  return createMongoAbility<FeatureAbility>([{ action: 'use', subject: [...enabled] }]);
}

/** Counts how many of the 68 features the ability allows. */
export function countAllowed(ability: FeatureAbility): number {
  let count = 0;
  for (const feature of featureKeys) if (ability.can('use', feature)) count += 1;
  return count;
}

/** Counts how many of the 68 features are in the set. */
export function countInSet(features: ReadonlySet<FeatureKey>): number {
  let count = 0;
  for (const feature of featureKeys) if (features.has(feature)) count += 1;
  return count;
}

/**
 * Creates an OpenFeature client with the in-memory provider: 68 flags, each targeted at the kinds of users who have it.
 */
export async function createOpenFeatureClient(kinds: readonly UserKind[]): Promise<Client> {
  const flags = featureKeys.map((feature) => [feature, createFlag(feature, kinds)] as const);
  await OpenFeature.setProviderAndWait(new TypedInMemoryProvider(Object.fromEntries(flags)));
  return OpenFeature.getClient();
}

/** Counts how many of the 68 flags are on for a user of this kind. */
export async function countEnabledFlags(client: Client, kind: string): Promise<number> {
  const context = { targetingKey: kind, plan: kind };
  let count = 0;
  for (const feature of featureKeys) if (await client.getBooleanValue(feature, false, context)) count += 1;
  return count;
}

function createFlag(feature: FeatureKey, kinds: readonly UserKind[]) {
  const kindsWithFeature = new Set(
    kinds.filter(({ enabled }) => enabled.includes(feature)).map(({ name }) => name),
  );
  return {
    variants: { on: true, off: false },
    defaultVariant: 'off' as const,
    disabled: false,
    contextEvaluator: ({ plan }: EvaluationContext) =>
      typeof plan === 'string' && kindsWithFeature.has(plan) ? ('on' as const) : ('off' as const),
  };
}
