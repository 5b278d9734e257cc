import type { Solution } from '../catalogue/solutions.ts';

/** An inconsistency in a tenant's license data. Modules and plans are normalized names. */
export type Diagnostic =
  /** Not every row was readable, so checks for missing rows were skipped. */
  | { readonly kind: 'license-incomplete' }
  /** The purchased count of a user license differs from the seats of the plans that contain it. */
  | {
      readonly kind: 'seat-count-differs';
      readonly module: string;
      readonly purchased: number;
      readonly inPlans: number;
      readonly plans: readonly string[];
    }
  /** A plan assigns a license for which the tenant has no row. */
  | { readonly kind: 'set-name-missing'; readonly plan: string; readonly module: string }
  /** A plan row assigns no licenses. */
  | { readonly kind: 'plan-without-set'; readonly plan: string }
  /** Only 0, 1 and 2 are documented (docs/superoffice/licenses.md#4-extraflags-and-extrainfo). */
  | { readonly kind: 'extra-flags-unknown'; readonly module: string; readonly extraFlags: number }
  | { readonly kind: 'prerequisite-missing'; readonly module: string; readonly prerequisite: string }
  /**
   * Rows that differ only in the spelling of owner and name; they count once. `rows` is the number of all such rows.
   */
  | { readonly kind: 'duplicate-row'; readonly module: string; readonly rows: number }
  | { readonly kind: 'several-versions'; readonly module: string; readonly versions: readonly string[] }
  | ExcessUse
  /**
   * The tenant has the site markers of both tiers of a solution, so they do not identify the tier
   * (docs/superoffice/licenses.md#5-plans-and-tier-detection).
   */
  | {
      readonly kind: 'both-tiers-marked';
      readonly solution: Solution;
      readonly by: readonly [essential: string, premium: string];
    }
  /** Rows of another owner, which are ignored (docs/superoffice/licenses.md#1-rules). `modules` is their number. */
  | { readonly kind: 'foreign-owner'; readonly owner: string; readonly modules: number };

/**
 * More seats of a license are in use than purchased. `derived` has the inconsistencies of other licenses that follow from
 * it; empty unless `module` is a user plan.
 */
export interface ExcessUse {
  readonly kind: 'more-in-use-than-purchased';
  readonly module: string;
  readonly inUse: number;
  readonly purchased: number;
  readonly derived: readonly Diagnostic[];
}
