import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { FeatureState } from './entitlement.ts';
import type { EntitlementReport } from './entitlement-report.ts';

/** The number of users with a feature in each state; states without users are omitted. */
type StateCounts = Readonly<Partial<Record<FeatureState, number>>>;

/** The reports of a tenant's users, and the counts per feature. */
export interface TenantSummary {
  /** By associate id. */
  readonly users: ReadonlyMap<number, EntitlementReport>;
  /** The 68 feature keys of the catalogue (62 features and 6 groups), in catalogue order; empty if there are no users. */
  readonly features: ReadonlyMap<FeatureKey, StateCounts>;
}

/** Summarizes the reports of a tenant's users. If a user occurs twice, the last report counts. */
export function summarizeTenant(
  reports: readonly (readonly [associateId: number, EntitlementReport])[],
): TenantSummary {
  const users = new Map(reports);
  const reportCounts = new Map<EntitlementReport, number>();
  for (const report of users.values()) reportCounts.set(report, (reportCounts.get(report) ?? 0) + 1);
  const features = new Map<FeatureKey, Partial<Record<FeatureState, number>>>();
  for (const [report, count] of reportCounts) {
    for (const { feature, state } of report.features.values()) {
      const states = features.get(feature) ?? {};
      states[state] = (states[state] ?? 0) + count;
      features.set(feature, states);
    }
  }
  return { users, features };
}
