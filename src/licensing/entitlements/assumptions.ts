import type { PlanChangeRules } from '../billing/contract.ts';
import type { Confidence } from '../catalogue/confidence.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { AssumedSuiteAvailability } from '../catalogue/suite-availability.ts';
import type { LimitedFeatures } from '../catalogue/suite-limits.ts';
import type { SuiteModules } from '../plans/detect-suite.ts';
import type { TierIndicators } from '../plans/detect-tiers.ts';
import type { AddOnModules } from './add-ons.ts';

/**
 * Assumptions where SuperOffice's documentation is incomplete. The defaults are in `assumptions.json`, and an operator can
 * override entries. docs/assumptions.md explains each of them.
 */
export interface Assumptions extends TierIndicators {
  /** The module licenses of each feature. */
  readonly modules: Readonly<Record<FeatureKey, FeatureModules>>;
  /**
   * User licenses that only enable editing: without them the screen stays readable. Without any other it can disappear.
   */
  readonly editingLicenses: readonly string[];
  /** The feature that contains a feature, by the contained feature. */
  readonly containedIn: Readonly<Partial<Record<FeatureKey, FeatureKey>>>;
  /** The features that each function right hides. */
  readonly hiddenBy: Readonly<Record<string, readonly FeatureKey[]>>;
  readonly addOnModules: AddOnModules;
  readonly planChanges: PlanChangeRules;
  /** The lowest purchased number of a plan that is implausible: the tenant pays for the seats in use. */
  readonly billedByUseFrom: number;
  readonly suite: {
    readonly modules: SuiteModules;
    /** The Suite plans of features for which no page names one, and corrections of what pages name. */
    readonly needByFeature: AssumedSuiteAvailability;
    readonly limitedFeatures: LimitedFeatures;
  };
}

/**
 * The module licenses of a feature (docs/superoffice/licenses.md#6-modules-per-feature). Names are in lower case and
 * without owner.
 */
interface FeatureModules {
  /** Any one of these site licenses is sufficient; empty if none is known. */
  readonly site: readonly string[];
  /** All of these user licenses are needed; empty if none is known. */
  readonly user: readonly string[];
  /** The confidence that these modules enable this feature. */
  readonly confidence: Confidence;
}
