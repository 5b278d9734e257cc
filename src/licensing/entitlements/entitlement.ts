import type { RowId } from '../catalogue/catalogue.ts';
import type { Confidence } from '../catalogue/confidence.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { PublishedRequirement } from '../catalogue/published-requirement.ts';
import type { SuiteAvailability } from '../catalogue/suite-availability.ts';
import type { FeatureLimit } from '../catalogue/suite-limits.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import type { TierFinding } from '../plans/detect-tiers.ts';
import type { Upgrade } from '../plans/minimal-upgrades.ts';

/** The state of a feature for one user (docs/superoffice/licenses.md#1-rules). */
export type FeatureState = 'enabled' | 'view-only' | 'hidden-by-role' | 'upgrade' | 'add-on' | 'unknown';

/** The reason for the state of a feature. The panel has a sentence for each code. */
export type Reason =
  // enabled
  | 'granted'
  | 'site-license-only'
  | 'included-in-plan'
  | 'in-every-plan'
  | 'part-of-another-feature'
  | 'suite-plan-includes'
  | 'add-on-licensed'
  // view-only, hidden-by-role
  | 'user-license-missing'
  | 'user-license-missing-possibly-visible'
  | 'hidden-by-function-right'
  // upgrade, add-on
  | 'not-licensed'
  | 'not-licensed-and-hidden-by-role'
  | 'site-license-missing'
  | 'plan-lacks'
  | 'user-without-plan'
  | 'suite-plan-lacks'
  | 'add-on-missing'
  // unknown
  | 'tier-unknown'
  | 'plan-license-conflict'
  | 'no-evidence'
  | 'user-unknown'
  | 'suite-plan-unclear'
  | 'suite-plan-unknown'
  | 'discontinued'
  // any state
  | 'group-of-features';

/**
 * Whether a plan includes a feature. `possibly`: the tier is unknown; `unstated`: the contents of the plan are not
 * published.
 */
export type Inclusion = 'yes' | 'no' | 'possibly' | 'unstated';

/** One fact that a decision is based on. */
export type Evidence =
  | {
      readonly kind: 'module';
      readonly name: string;
      readonly scope: 'site' | 'user';
      readonly present: boolean;
    }
  | { readonly kind: 'plan'; readonly inclusion: Inclusion; readonly row: RowId }
  | ({ readonly kind: 'tier' } & TierFinding)
  | { readonly kind: 'suite-plan'; readonly plan: SuitePlan | null; readonly need: SuiteAvailability | null }
  /** The limit of the feature in the tenant's CRM Suite plan. */
  | { readonly kind: 'suite-limit'; readonly limit: FeatureLimit }
  | { readonly kind: 'function-right'; readonly name: string }
  /** What the pages of SuperOffice's documentation ask for; the same for every user. */
  | ({ readonly kind: 'documentation' } & Documentation)
  | { readonly kind: 'feature'; readonly row: RowId; readonly state: FeatureState }
  | {
      readonly kind: 'license-expired';
      /** The expired module license, or null for the tenant's license as a whole. */
      readonly module: string | null;
      /** The expiry date or the last day of the grace period, `YYYY-MM-DD`. */
      readonly date: string;
      /** Whether the tenant is read-only. */
      readonly readOnly: boolean;
    };

/** What SuperOffice's documentation asks for, as evidence. */
export type Documentation = Pick<
  PublishedRequirement,
  'page' | 'statements' | 'conflict' | 'parts' | 'ended'
>;

/** The decision on a feature: its state with reason, confidence of the rule, and evidence. */
export interface FeatureDecision {
  readonly state: FeatureState;
  readonly reason: Reason;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** The decision on a catalogue row for one user. `upgrades` has the minimal plan changes that would add the feature. */
export interface Entitlement extends FeatureDecision {
  readonly row: RowId;
  readonly feature: FeatureKey;
  readonly upgrades: readonly Upgrade[];
}
