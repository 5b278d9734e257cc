import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { FeatureState } from './entitlement.ts';
import type { EntitlementReport } from './entitlement-report.ts';

/** How many users have a feature in each state; a state nobody has is missing. */
type StateCounts = Readonly<Partial<Record<FeatureState, number>>>;

/** What a tenant's users have. */
export interface TenantSummary {
  /** By associate id. */
  readonly users: ReadonlyMap<number, EntitlementReport>;
  /** The 68 features of the catalogue, in its order; empty where there are no users. */
  readonly features: ReadonlyMap<FeatureKey, StateCounts>;
}

/** Puts the reports of a tenant's users together. A user told twice counts once, as told last. */
export function summarizeTenant(
  told: readonly (readonly [associateId: number, EntitlementReport])[],
): TenantSummary {
  const users = new Map(told);
  const holders = new Map<EntitlementReport, number>();
  for (const report of users.values()) holders.set(report, (holders.get(report) ?? 0) + 1);
  const features = new Map<FeatureKey, Partial<Record<FeatureState, number>>>();
  for (const [report, count] of holders) {
    for (const { feature, state } of report.features.values()) {
      const states = features.get(feature) ?? {};
      states[state] = (states[state] ?? 0) + count;
      features.set(feature, states);
    }
  }
  return { users, features };
}
