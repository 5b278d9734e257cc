import type { AddOnModules } from './add-ons.ts';
import type { PlanChangeRules } from './billing.ts';
import type { Confidence } from './confidence.ts';
import type { FeatureKey } from './feature-keys.ts';
import type { AssumedTierSigns } from './plan-tiers.ts';
import type { SuiteModules } from './recognise-suite.ts';
import type { LimitedFeatures } from './suite-limits.ts';
import type { SuiteNeeds } from './suite-need.ts';

/**
 * What SuperOffice has not documented in full and Planlens has to assume: `assumptions.json` beside this file, of which
 * an operator may change entries. What each is and why is told in docs/unknowns.md.
 */
export interface Assumptions extends AssumedTierSigns {
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
  readonly suite: SuiteNeeds & {
    readonly modules: SuiteModules;
    readonly limitedFeatures: LimitedFeatures;
  };
}

/** The module licenses behind a feature (licences.md 6). Names are compared in lower case, without owner. */
export interface FeatureModules {
  /** Any one of these site licenses is enough; empty where none is known. */
  readonly site: readonly string[];
  /** All of these user licenses are needed; empty where none is known. */
  readonly user: readonly string[];
  /** How sure it is that these modules stand for this feature. */
  readonly confidence: Confidence;
}
