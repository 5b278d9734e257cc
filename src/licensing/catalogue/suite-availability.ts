import type { Confidence } from './confidence.ts';
import type { FeatureKey } from './feature-keys.ts';
import { isSuitePlanAtLeast, type SuitePlan } from './suite-plans.ts';

/** The lowest Suite plan that has a feature. */
export interface SuiteAvailability {
  readonly from: SuitePlan;
  readonly confidence: Exclude<Confidence, 'none'>;
}

/** Assumed Suite availabilities, which replace the published ones. */
export type AssumedSuiteAvailability = Readonly<Partial<Record<FeatureKey, SuiteAvailability>>>;

/** Whether a Suite plan includes a feature. `unclear`: no page names the plan. */
export type SuiteInclusion = 'included' | 'unclear' | 'excluded';

/** Finds whether a Suite plan includes a feature with this availability, which is null if no page names a plan. */
export function findSuiteInclusion(plan: SuitePlan, need: SuiteAvailability | null): SuiteInclusion {
  if (need === null) return 'unclear';
  return isSuitePlanAtLeast(plan, need.from) ? 'included' : 'excluded';
}
