import type { Solution } from '../catalogue/solutions.ts';

/** Something that does not add up in a tenant's license data. Modules and plans are compared names. */
export type Diagnostic =
  /** Not every row was readable: what rests on a missing one is not checked. */
  | { readonly kind: 'license-incomplete' }
  /** A user license does not number the seats of the plans that contain it. */
  | {
      readonly kind: 'seat-count-differs';
      readonly module: string;
      readonly purchased: number;
      readonly inPlans: number;
      readonly plans: readonly string[];
    }
  /** A plan assigns a license the tenant has no row of. */
  | { readonly kind: 'set-name-missing'; readonly plan: string; readonly module: string }
  /** A plan has a row that assigns nothing. */
  | { readonly kind: 'plan-without-set'; readonly plan: string }
  /** Only 0, 1 and 2 are documented (docs/superoffice/licenses.md#4-extraflags-and-extrainfo). */
  | { readonly kind: 'extra-flags-unknown'; readonly module: string; readonly extraFlags: number }
  | { readonly kind: 'prerequisite-missing'; readonly module: string; readonly prerequisite: string }
  /** Rows alike in all but the spelling of owner and name: they count once. `rows`: how many were told in all. */
  | { readonly kind: 'duplicate-row'; readonly module: string; readonly rows: number }
  | { readonly kind: 'several-versions'; readonly module: string; readonly versions: readonly string[] }
  | {
      readonly kind: 'more-in-use-than-purchased';
      readonly module: string;
      readonly inUse: number;
      readonly purchased: number;
    }
  /**
   * The site markers of both tiers of a solution: they tell nothing then
   * (docs/superoffice/licenses.md#5-plans-and-tier-detection).
   */
  | {
      readonly kind: 'both-tiers-marked';
      readonly solution: Solution;
      readonly by: readonly [essential: string, premium: string];
    }
  /** How many rows another owner issued: they decide nothing (docs/superoffice/licenses.md#1-rules). */
  | { readonly kind: 'foreign-owner'; readonly owner: string; readonly modules: number };
