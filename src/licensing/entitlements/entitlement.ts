import type { RowId } from '../catalogue/catalogue.ts';
import type { Confidence } from '../catalogue/confidence.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { SuiteAvailability } from '../catalogue/suite-availability.ts';
import type { FeatureLimit } from '../catalogue/suite-limits.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import type { TierFinding } from '../plans/detect-tiers.ts';
import type { Upgrade } from '../plans/minimal-upgrades.ts';

/** What a feature is for one user (docs/superoffice/licenses.md#1-rules). */
export type FeatureState = 'enabled' | 'view-only' | 'hidden-by-role' | 'upgrade' | 'add-on' | 'unknown';

/** Why a feature has its state: one code, for which the page has a sentence. */
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
  // whatever its features are
  | 'group-of-features';

/** What a plan says of a feature; `perhaps`: the tier is unknown; `silent`: nobody published what this plan has. */
export type Inclusion = 'yes' | 'no' | 'possibly' | 'unstated';

/** One fact a state rests on. */
export type Evidence =
  | {
      readonly kind: 'module';
      readonly name: string;
      readonly scope: 'site' | 'user';
      readonly present: boolean;
    }
  | { readonly kind: 'plan'; readonly inclusion: Inclusion; readonly row: RowId }
  | ({ readonly kind: 'tier' } & TierFinding)
  | { readonly kind: 'suite-plan'; readonly plan: SuitePlan | null; readonly need: SuiteAvailability }
  /** A number the tenant's CRM Suite plan allows of it. */
  | { readonly kind: 'suite-limit'; readonly limit: FeatureLimit }
  | { readonly kind: 'function-right'; readonly name: string }
  | { readonly kind: 'feature'; readonly row: RowId; readonly state: FeatureState }
  | {
      readonly kind: 'license-expired';
      /** The module license that lapsed, or null for the tenant's license as a whole. */
      readonly module: string | null;
      /** Its last day, or the last day of grace; `YYYY-MM-DD`. */
      readonly date: string;
      /** Whether the tenant is read-only since. */
      readonly readOnly: boolean;
    };

/** A state with its reason, how sure the rule behind it is, and what it rests on. */
export interface FeatureDecision {
  readonly state: FeatureState;
  readonly reason: Reason;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** A catalogue row decided for one user. `upgrades` holds the least plan changes that would add the feature. */
export interface Entitlement extends FeatureDecision {
  readonly row: RowId;
  readonly feature: FeatureKey;
  readonly upgrades: readonly Upgrade[];
}
