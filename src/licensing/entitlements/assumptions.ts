import type { PlanChangeRules } from '../billing/contract.ts';
import type { Confidence } from '../catalogue/confidence.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { SuiteAvailabilityData } from '../catalogue/suite-availability.ts';
import type { LimitedFeatures } from '../catalogue/suite-limits.ts';
import type { SuiteModules } from '../plans/detect-suite.ts';
import type { TierIndicators } from '../plans/detect-tiers.ts';
import type { AddOnModules } from './add-ons.ts';

/**
 * What SuperOffice has not documented in full and Planlens has to assume: `assumptions.json` beside this file, of which
 * an operator may change entries. What each is and why is told in docs/assumptions.md.
 */
export interface Assumptions extends TierIndicators {
  /** The licenses behind each feature. */
  readonly modules: Readonly<Record<FeatureKey, FeatureModules>>;
  /** User licenses without which a screen stays readable; without any other it may go away altogether. */
  readonly editingLicenses: readonly string[];
  /** A feature that another, stronger one contains. */
  readonly containedIn: Readonly<Partial<Record<FeatureKey, FeatureKey>>>;
  /** The features each function right takes off the screen. */
  readonly hiddenBy: Readonly<Record<string, readonly FeatureKey[]>>;
  readonly addOnModules: AddOnModules;
  readonly planChanges: PlanChangeRules;
  readonly suite: SuiteAvailabilityData & {
    readonly modules: SuiteModules;
    readonly limitedFeatures: LimitedFeatures;
  };
}

/**
 * The module licenses behind a feature (docs/superoffice/licenses.md#6-modules-per-feature). Names are
 * compared in lower case, without owner.
 */
interface FeatureModules {
  /** Any one of these site licenses is enough; empty where none is known. */
  readonly site: readonly string[];
  /** All of these user licenses are needed; empty where none is known. */
  readonly user: readonly string[];
  /** How sure it is that these modules stand for this feature. */
  readonly confidence: Confidence;
}
