import { createMongoAbility, type MongoAbility } from '@casl/ability';
import {
  type Client,
  type EvaluationContext,
  OpenFeature,
  TypedInMemoryProvider,
} from '@openfeature/server-sdk';
import { type FeatureKey, featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import type { Kind } from './tenant-users.ts';

/** What CASL is asked: whether a user can use a feature. */
export type FeatureAbility = MongoAbility<['use', FeatureKey]>;

/** The CASL ability of a user who has these features: one rule over all of them. */
export function abilityOf(enabled: readonly FeatureKey[]): FeatureAbility {
  return createMongoAbility<FeatureAbility>([{ action: 'use', subject: [...enabled] }]);
}

/** How many of the 68 features the ability allows. */
export function countAllowed(ability: FeatureAbility): number {
  let yes = 0;
  for (const feature of featureKeys) if (ability.can('use', feature)) yes += 1;
  return yes;
}

/** How many of the 68 features are in the set. */
export function countHeld(held: ReadonlySet<FeatureKey>): number {
  let yes = 0;
  for (const feature of featureKeys) if (held.has(feature)) yes += 1;
  return yes;
}

/** An OpenFeature client over the in-memory provider: 68 flags, each targeted at the kinds of users who have it. */
export async function openFeatureClient(kinds: readonly Kind[]): Promise<Client> {
  const flags = featureKeys.map((feature) => [feature, flagOf(feature, kinds)] as const);
  await OpenFeature.setProviderAndWait(new TypedInMemoryProvider(Object.fromEntries(flags)));
  return OpenFeature.getClient();
}

/** How many of the 68 flags are on for a user of this kind. */
export async function countOn(client: Client, kind: string): Promise<number> {
  const context = { targetingKey: kind, plan: kind };
  let yes = 0;
  for (const feature of featureKeys) if (await client.getBooleanValue(feature, false, context)) yes += 1;
  return yes;
}

function flagOf(feature: FeatureKey, kinds: readonly Kind[]) {
  const having = new Set(kinds.filter(({ enabled }) => enabled.includes(feature)).map(({ name }) => name));
  return {
    variants: { on: true, off: false },
    defaultVariant: 'off' as const,
    disabled: false,
    contextEvaluator: ({ plan }: EvaluationContext) =>
      typeof plan === 'string' && having.has(plan) ? ('on' as const) : ('off' as const),
  };
}
