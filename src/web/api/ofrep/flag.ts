import type { FeatureState } from '../../../licensing/entitlements/entitlement.ts';

/** The name of a state, which does not change with the language. */
export type FlagVariant =
  | 'enabled'
  | 'view-only'
  | 'hidden-by-role'
  | 'upgrade'
  | 'not-purchased'
  | 'unknown'
  | 'lapsed'
  | 'not-applicable';

/** The name of each state of a feature. */
export const variantOf = {
  enabled: 'enabled',
  'view-only': 'view-only',
  'hidden-by-role': 'hidden-by-role',
  upgrade: 'upgrade',
  'add-on': 'not-purchased',
  unknown: 'unknown',
} as const satisfies Readonly<Record<FeatureState, FlagVariant>>;

/** The reasons of the protocol that Planlens sends. */
type FlagReason = 'STATIC' | 'TARGETING_MATCH' | 'DISABLED' | 'UNKNOWN';

/** What is known about a flag beside its value: flat, as the protocol demands. */
export type FlagMetadata = Readonly<Record<string, boolean | string | number>>;

/** One evaluated flag of the OpenFeature Remote Evaluation Protocol. */
export interface Flag {
  readonly key: string;
  /** Left out if nothing is known: the default of the caller then decides. */
  readonly value?: boolean | string;
  /** A `FlagVariant`, or the plan or license model that a text flag names. */
  readonly variant: string;
  readonly reason: FlagReason;
  readonly metadata: FlagMetadata;
}

/** All flags of one user, with what holds for all of them. */
export interface FlagSet {
  readonly flags: readonly Flag[];
  readonly metadata: FlagMetadata;
}

/** Makes metadata of the fields that have a value. */
export function flagMetadata(
  fields: Readonly<Record<string, boolean | string | number | null | undefined>>,
): FlagMetadata {
  const metadata: Record<string, boolean | string | number> = {};
  for (const [name, value] of Object.entries(fields))
    if (value !== null && value !== undefined && value !== '') metadata[name] = value;
  return metadata;
}
